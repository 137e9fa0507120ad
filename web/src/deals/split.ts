/** Splits: who shares in what a vault receives; the same trees as in Python and in the contracts. */

import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import type { Address, Hex } from "viem";

/** Splits of more payees are published by a document, which is the command line's. */
export const MOST_PAYEES = 16;
export const MOST_SUM = (1n << 128n) - 1n;

/** A payee, and their part of the total. */
export interface Share {
  payee: Address;
  share: bigint;
}

interface Node {
  hash: Uint8Array;
  sum: bigint;
}

/** Shares in the order of a tree: by address, each payee once, with all that they were given. */
export function merged(shares: readonly Share[]): Share[] {
  const found = new Map<string, Share>();
  for (const { payee, share } of shares) {
    const before = found.get(payee.toLowerCase())?.share ?? 0n;
    found.set(payee.toLowerCase(), { payee, share: before + share });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, share]) => share);
}

/** The root of the tree of some shares: what a vault's address commits to. */
export function splitRoot(shares: readonly Share[]): Hex {
  let level = merged(shares).map(({ payee, share }) => {
    return { hash: keccak_256(concatBytes(Uint8Array.of(0), hexToBytes(payee.slice(2)), word(share))), sum: share };
  });
  while (level.length > 1) {
    const above: Node[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]];
      if (left) above.push(right ? parent(left, right) : left);
    }
    level = above;
  }
  const [top] = level;
  if (!top) throw new Error("a split has at least one payee");
  return `0x${bytesToHex(keccak_256(concatBytes(Uint8Array.of(2), top.hash, word(top.sum))))}`;
}

function parent(left: Node, right: Node): Node {
  const parts = [Uint8Array.of(1), left.hash, word(left.sum), right.hash, word(right.sum)];
  return { hash: keccak_256(concatBytes(...parts)), sum: left.sum + right.sum };
}

function word(sum: bigint): Uint8Array {
  return hexToBytes(sum.toString(16).padStart(32, "0"));
}
