/** What was begun and may not be over, kept in the browser: a reload, or a closed tab, forgets nothing. */

import type { Address, Hex } from "viem";

const FRESH = 10 * 60_000; // milliseconds
const PLACE = "licet.deals";
const MOST = 60;

/** How far something has come. */
export type State = "asked" | "sent" | "confirmed" | "failed" | "replaced";

/** One transaction, from the moment before a wallet is asked for it.
 *
 * `key` says what it is for: nothing is begun under it while something under it is not over. `nonce` and `block` are the
 * account's next number and the newest block when it was asked for, `call` the hash of the call's data: by them it is
 * found again, whatever hash the transaction has.
 */
export interface Deal {
  key: string;
  what: string;
  title: string;
  chainId: number;
  account: Address;
  to: Address;
  call: Hex;
  nonce: number;
  block: number;
  asked: number;
  state: State;
  hash?: Hex;
  batch?: string; // by which a wallet knows it that sends several calls as one, until there is a hash
  licenses?: Hex[];
  offers?: Hex[];
  part?: number; // of so many parts, where one transaction does not hold it all
  parts?: number;
  why?: string;
  mined?: number; // the block that has it, as far as is known
}

const listeners = new Set<() => void>();
let here: Deal[] = []; // where a browser forbids to keep anything

window.addEventListener("storage", (event) => {
  if (event.key === PLACE) announce();
});

/** Everything kept, newest first. */
export function deals(): Deal[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(kept) ? (kept as Deal[]) : [];
  } catch {
    return here;
  }
}

/** The newest under a key. */
export function dealFor(key: string): Deal | undefined {
  return deals().find((deal) => deal.key === key);
}

/** Keeps a deal in the place of the one that was asked for at the same moment, or before all others. */
export function keep(deal: Deal): Deal {
  const others = deals().filter((each) => !same(each, deal));
  here = [deal, ...others].sort((a, b) => b.asked - a.asked).slice(0, MOST);
  save();
  return deal;
}

/** Keeps what became of a deal, unless somebody has forgotten it meanwhile. */
export function change(deal: Deal): Deal {
  return deals().some((each) => same(each, deal)) ? keep(deal) : deal;
}

/** Forgets a deal. */
export function forget(deal: Deal): void {
  here = deals().filter((each) => !same(each, deal));
  save();
}

/** Calls back at every change, in this tab or another. */
export function watchDeals(listener: () => void): void {
  listeners.add(listener);
}

/** Whether it may still come about. */
export function open(deal: Deal): boolean {
  return deal.state === "asked" || deal.state === "sent";
}

/** Whether the chain could still take back what it confirmed. */
export function fresh(deal: Deal): boolean {
  return deal.state === "confirmed" && Date.now() - deal.asked < FRESH;
}

function same(a: Deal, b: Deal): boolean {
  return a.key === b.key && a.asked === b.asked;
}

function save(): void {
  try {
    localStorage.setItem(PLACE, JSON.stringify(here));
  } catch {
    // It lasts as long as the page, then.
  }
  announce();
}

function announce(): void {
  for (const listener of listeners) listener();
}
