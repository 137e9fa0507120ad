/** What uses are called, in English. */

export const en = {
  use_mine: "mine data",
  use_train: "train AI that generates nothing",
  use_train_generative: "train generative AI",
  use_augment: "give to an AI as input",
  use_index: "index for AI retrieval",
  use_search: "show in search",
  use_redistribute: "pass on copies",
  use_derive: "make new works",
  use_display: "show in public",
  use_commercial: "use commercially",
} as const;
