/** What uses are called, in Chinese. */

import type { UseLine } from "./uses";

export const zh: Record<UseLine, string> = {
  use_mine: "数据挖掘",
  use_train: "训练非生成式 AI",
  use_train_generative: "训练生成式 AI",
  use_augment: "作为 AI 输入",
  use_index: "为 AI 检索建立索引",
  use_search: "在搜索中展示",
  use_redistribute: "再分发",
  use_derive: "创作衍生作品",
  use_display: "公开展示",
  use_commercial: "商业使用",
};
