/** SHA-256 of a file, in the browser: nothing of it leaves the machine. */

import { sha256 } from "@noble/hashes/sha2";
import type { Hex } from "viem";

const AT_ONCE = 32 << 20; // bytes that fit into memory without a thought
const PART = 4 << 20;

/** A file's SHA-256, whatever its size; `progress` is told the share that is done. */
export async function hashOf(file: Blob, progress: (share: number) => void = () => {}): Promise<Hex> {
  // Only a secure context has the browser's own hashing, which takes the whole at once.
  if (file.size <= AT_ONCE && globalThis.crypto?.subtle) {
    return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())));
  }
  const state = sha256.create();
  for (let at = 0; at < file.size; at += PART) {
    state.update(new Uint8Array(await file.slice(at, at + PART).arrayBuffer()));
    progress(Math.min(1, (at + PART) / file.size));
  }
  return hex(state.digest());
}

function hex(bytes: Uint8Array): Hex {
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
