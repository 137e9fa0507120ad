/** What a rights holder writes: the rights document and the signed offer, in the very bytes that Python writes. */

import type { Address, Hex } from "viem";

import { hashOf } from "./hashing";
import type { Members, Offer } from "./offer";

/** Each use by its name, in the order of its bit. */
export const USES = [
  "mine",
  "train",
  "train-generative",
  "augment",
  "index",
  "search",
  "redistribute",
  "derive",
  "display",
  "commercial",
] as const;

/** The bit set of some uses. */
export function bitsOf(uses: readonly string[]): bigint {
  return USES.reduce((bits, use, bit) => (uses.includes(use) ? bits | (1n << BigInt(bit)) : bits), 0n);
}

/** The uses in a bit set, in the order of their bits. */
export function usesOf(bits: bigint): string[] {
  return USES.filter((_, bit) => (bits >> BigInt(bit)) & 1n);
}

/** Who uses a work, what its licensor warrants and does not answer for, and where links lead: the words of RSL 1.0. */
export const USERS = ["commercial", "non-commercial", "education", "government", "personal"] as const;
export const WARRANTIES = ["ownership", "authority", "no-infringement", "privacy-consent", "no-malware"] as const;
export const DISCLAIMERS = ["as-is", "no-warranty", "no-liability", "no-indemnity"] as const;
export const RELATIONS = ["license", "terms", "contact", "proof"] as const;

/** What a rights document says; what is empty is not limited, and not promised. `retention` is in seconds. */
export interface Rights {
  title: string;
  text: string;
  uses: readonly string[];
  prohibited: readonly string[];
  territories: readonly string[];
  excludedTerritories: readonly string[];
  users: readonly string[];
  excludedUsers: readonly string[];
  models: readonly string[];
  retention: bigint;
  attribution: string;
  warranties: readonly string[];
  disclaimers: readonly string[];
  links: readonly { rel: string; href: string }[];
}

const SETS = [
  ...(["territories", "excludedTerritories", "users", "excludedUsers"] as const),
  ...(["models", "warranties", "disclaimers"] as const),
];

/** A rights document (`licet/terms/1`). */
export function termsDocument(rights: Rights): string {
  const { title, text, uses, prohibited, retention, attribution, links } = rights;
  const named = (chosen: readonly string[]) => USES.filter((use) => chosen.includes(use));
  const said: Record<string, unknown> = { type: "licet/terms/1", title, text, uses: named(uses) };
  for (const name of SETS) {
    if (rights[name].length) said[name] = [...new Set(rights[name])].sort(byCodePoints);
  }
  if (prohibited.length) said["prohibited"] = named(prohibited);
  if (retention) said["retention"] = String(retention);
  if (attribution) said["attribution"] = attribution;
  if (links.length) {
    said["links"] = [...links].sort((a, b) => byCodePoints(a.rel, b.rel) || byCodePoints(a.href, b.href));
  }
  return canonical(said);
}

/** The order of Python's strings, which is not that of UTF-16. */
function byCodePoints(a: string, b: string): number {
  const [one, other] = [[...a], [...b]];
  const at = one.findIndex((character, place) => character !== other[place]);
  if (at < 0) return one.length - other.length;
  return (one[at]?.codePointAt(0) ?? -1) - (other[at]?.codePointAt(0) ?? -1);
}

/** A signed offer, as its licensor hands it out (`licet/offer/1`). */
export function offerDocument(
  chainId: number,
  licenseToken: Address,
  offer: Offer,
  conditions: Members,
  signature: Hex,
): string {
  const signed = { chainId: String(chainId), licenseToken, offer: plain(offer), conditions: plain(conditions) };
  return canonical({ type: "licet/offer/1", ...signed, signature });
}

/** What identifies a document: the SHA-256 of its bytes. */
export function documentHash(text: string): Promise<Hex> {
  return hashOf(new Blob([text])) as Promise<Hex>;
}

/** RFC 8785: members in the order of their names, and no space. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Integers as decimal strings. */
function plain(members: Members): Record<string, string | boolean> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, typeof value === "bigint" ? String(value) : value]),
  );
}
