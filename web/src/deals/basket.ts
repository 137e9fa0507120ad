/** The basket: offers that somebody means to buy together, kept in their browser and told to nobody. */

import type { Hex } from "viem";

const PLACE = "licet.basket";
const MOST = 100; // orders in one transaction

const listeners = new Set<() => void>();
let here: Hex[] = []; // where a browser forbids to keep anything

window.addEventListener("storage", (event) => {
  if (event.key === PLACE) announce();
});

/** The hashes of the offers in the basket, each once. */
export function basket(): Hex[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each): each is Hex => /^0x[0-9a-f]{64}$/.test(String(each))) : [];
  } catch {
    return here;
  }
}

/** Puts an offer in; one that does not fit any more is left out. */
export function put(offer: Hex): void {
  save([...new Set([...basket(), offer])].slice(0, MOST));
}

/** Takes offers out. */
export function takeOut(...offers: Hex[]): void {
  save(basket().filter((each) => !offers.includes(each)));
}

/** Calls back at every change, in this tab or another. */
export function watchBasket(listener: () => void): void {
  listeners.add(listener);
}

function save(offers: Hex[]): void {
  here = offers;
  try {
    localStorage.setItem(PLACE, JSON.stringify(offers));
  } catch {
    // It lasts as long as the page, then.
  }
  announce();
}

function announce(): void {
  for (const listener of listeners) listener();
}
