/** What the scripts say, in the page's language. */

import { en } from "./en";
import { zh } from "./zh";

export type Line = keyof typeof en;

const WORDS: Record<"en" | "zh", Record<Line, string>> = { en, zh };

/** The language of the page, of those that are spoken here. */
export function language(): "en" | "zh" {
  return document.documentElement.lang.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** A line, with `{facts}` filled in. Of one that counts, `<line>_one` is taken for one. */
export function say(line: Line, facts: Record<string, string | number | bigint> = {}): string {
  const words: Record<string, string | undefined> = WORDS[language()];
  const text = (String(facts["count"]) === "1" && words[`${line}_one`]) || WORDS[language()][line];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
}

/** A unix second, as UTC. */
export function moment(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** An address or a hash, short enough to be read and compared at its ends. */
export function short(hash: string): string {
  return `${hash.slice(0, 10)}…${hash.slice(-4)}`;
}

const UNITS = [
  ["years", 31_536_000n],
  ["days", 86_400n],
  ["hours", 3_600n],
  ["minutes", 60n],
] as const;

/** A span of seconds in the largest unit that it is a whole number of. */
export function span(seconds: bigint): string {
  for (const [line, unit] of UNITS) {
    if (seconds % unit === 0n) return say(line, { count: seconds / unit });
  }
  return say("seconds", { count: seconds });
}
