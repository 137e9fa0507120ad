/** What uses are called, in the page's language: as the server's pages call them. */

import { saying } from "./say";
import { en } from "./uses.en";
import { zh } from "./uses.zh";

export type UseLine = keyof typeof en;

const tell = saying<UseLine>({ en, zh });

/** What a use is called. */
export function useWord(use: string): string {
  return tell(`use_${use.replaceAll("-", "_")}` as UseLine);
}
