/** What a rights holder writes: the rights document and the signed offer, in the very bytes that Python writes. */

import type { Address, Hex } from "viem";

import { hashOf } from "../parts/lookup";
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

/** A rights document (`licet/terms/1`). */
export function termsDocument(title: string, uses: readonly string[], text: string): string {
  return canonical({ type: "licet/terms/1", title, text, uses: USES.filter((use) => uses.includes(use)) });
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
  return hashOf(new Blob([text]), () => {}) as Promise<Hex>;
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
