/** The salt of a purchase that is not over: a second attempt has the same one, so that the chain sells it once at most. */

import type { Hex } from "viem";

const PLACE = "licet.salts";

let here: Record<string, Hex> = {}; // where a browser forbids to keep anything

/** The salt under a key, if an attempt has one. */
export function recall(key: string): Hex | undefined {
  return read()[key];
}

/** Gives an attempt its salt. */
export function settle(key: string, salt: Hex): Hex {
  write({ ...read(), [key]: salt });
  return salt;
}

/** Ends the attempts under a key: the next purchase is another one. */
export function retire(key: string): void {
  const { [key]: _, ...others } = read();
  write(others);
}

function read(): Record<string, Hex> {
  try {
    return JSON.parse(localStorage.getItem(PLACE) ?? "{}") as Record<string, Hex>;
  } catch {
    return here;
  }
}

function write(salts: Record<string, Hex>): void {
  here = salts;
  try {
    localStorage.setItem(PLACE, JSON.stringify(salts));
  } catch {
    // The page itself remembers it.
  }
}
