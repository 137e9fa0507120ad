/** What the scripts say, in the page's language. */

import { en } from "./en";
import { zh } from "./zh";

export type Line = keyof typeof en;

type Facts = Record<string, string | number | bigint>;

/** The language of the page, of those that are spoken here. */
export function language(): "en" | "zh" {
  return document.documentElement.lang.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** What says the lines of some words. `{facts}` are filled in; of a line that counts, `<line>_one` is taken for one. */
export function saying<L extends string>(words: Record<"en" | "zh", Record<L, string>>) {
  return (line: L, facts: Facts = {}): string => {
    const known: Record<string, string | undefined> = words[language()];
    const text = (String(facts["count"]) === "1" && known[`${line}_one`]) || words[language()][line];
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
  };
}

/** A line of the words that every page has. */
export const say = saying<Line>({ en, zh });

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
