/** SHA-256 of files of any size, piece by piece. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** How often progress is told at most, in milliseconds. */
const TOLD_EVERY = 200;

/** A file's SHA-256, as `0x` and hex digits; told how much of it is done, from 0 to 1. */
export async function hashOf(file: Blob, progress: (done: number) => void = () => {}): Promise<string> {
  const hash = sha256.create();
  const reader = file.stream().getReader();
  let done = 0;
  let told = 0;
  for (;;) {
    const piece = await reader.read();
    if (piece.done) break;
    hash.update(piece.value);
    done += piece.value.length;
    if (performance.now() - told > TOLD_EVERY) {
      told = performance.now();
      progress(done / file.size);
    }
  }
  return `0x${bytesToHex(hash.digest())}`;
}
