/** Why a contract refused, in words: the custom errors of all contracts in one table, in the page's language. */

import type { Hex } from "viem";
import { decodeAbiParameters } from "viem/utils";

import { language, moment } from "../text/say";

const MOST_DEPTH = 6;

/** What a contract's refusal says. */
export interface Refusal {
  name: string;
  facts: Record<string, string>;
  words: string;
}

/** What a refused call returned, wherever a wallet or a node has put it; null if it is nowhere. */
export function revertData(error: unknown, depth = 0): Hex | null {
  if (depth > MOST_DEPTH || typeof error !== "object" || error === null) return null;
  const members = error as Record<string, unknown>;
  const data = members["data"];
  if (isHex(data)) return data;
  for (const name of ["data", "error", "cause", "originalError", "info", "result"]) {
    const found = revertData(members[name], depth + 1);
    if (found) return found;
  }
  return null;
}

/** The refusal that some data stands for; null for data that no contract of Licet returns. */
export async function refusal(data: Hex): Promise<Refusal | null> {
  const { errors } = language() === "zh" ? await import("generated/errors.zh") : await import("generated/errors.en");
  const found = errors[data.slice(0, 10).toLowerCase()];
  if (!found) return null;
  const [name, inputs, template] = found;
  const facts: Record<string, string> = {};
  try {
    const types = inputs.map(([, type]) => ({ type }));
    const values = decodeAbiParameters(types, `0x${data.slice(10)}`);
    inputs.forEach(([input], place) => (facts[input] = String(values[place])));
  } catch {
    return null;
  }
  return { name, facts, words: filled(template, facts) };
}

/** `{fact}` and `{fact:time}` (unix seconds) replaced; hashes and addresses are shortened for the eye. */
function filled(template: string, facts: Record<string, string>): string {
  return template.replace(/\{(\w+)(:time)?\}/g, (_, name: string, time?: string) => {
    const fact = facts[name] ?? "?";
    return time ? moment(BigInt(fact)) : fact.replace(/^(0x[0-9a-fA-F]{6})[0-9a-fA-F]{30,}([0-9a-fA-F]{4})$/, "$1…$2");
  });
}

function isHex(value: unknown): value is Hex {
  return typeof value === "string" && /^0x([0-9a-f]{2}){4,}$/i.test(value);
}
