/** One transaction: tried on the node, asked of the wallet once, kept, and followed. */

import type { Address, Hex } from "viem";
import { keccak256 } from "viem/utils";

import { type Call, type Node, quantity } from "../chain/node";
import type { Config } from "../server";
import type { Session } from "../wallet/session";
import { follow } from "./follow";
import { type Deal, dealFor, forget, keep, open } from "./store";

/** Something under the same key is not over yet. */
export class Underway extends Error {}
/** A transaction that came before the one that was wanted did not come about. */
export class NotDone extends Error {
  constructor(readonly deal: Deal) {
    super(deal.why ?? deal.state);
  }
}

/** Something failed after an allowance was given, which stays. */
export class AfterApproval extends Error {
  constructor(readonly inner: unknown) {
    super("the allowance stays");
  }
}

/** With whom something is done. */
export interface Scene {
  config: Config;
  node: Node;
  session: Session;
  fee?: (units: bigint) => void; // told what the network is about to ask, when the wallet is asked
}

/** What is wanted: a call, and what it is for; `first` are calls that go with it, in one transaction; it may be a part of several. */
export interface Plan {
  first?: Call[];
  key: string;
  what: string;
  title: string;
  to: Address;
  data: Hex;
  value?: bigint;
  licenses?: Hex[];
  offers?: Hex[];
  part?: number;
  parts?: number;
}

const underway = new Set<string>();

/** Runs something under a key, unless it runs already: here, in another tab, or on the chain. */
export async function once<T>(key: string, run: () => Promise<T>): Promise<T> {
  const before = dealFor(key);
  if (underway.has(key) || (before && open(before))) throw new Underway(key);
  underway.add(key);
  try {
    if (!navigator.locks) return await run();
    return await navigator.locks.request(`licet ${key}`, { ifAvailable: true }, (lock) => {
      if (!lock) throw new Underway(key);
      return run();
    });
  } finally {
    underway.delete(key);
  }
}

/** Whether a call would succeed now; throws what the contract refuses with. Nobody is asked for anything. */
export async function tryOut(scene: Scene, plan: Plan): Promise<void> {
  await scene.node.call(callOf(scene, plan));
}

/** Asks the wallet to send a call, after it was tried; returns as soon as it is sent.
 *
 * `asking` is called when the wallet is asked, and not before.
 */
export async function send(scene: Scene, plan: Plan, asking: () => void): Promise<Deal> {
  const { config, node, session } = scene;
  if (!plan.first) await tryOut(scene, plan);
  const [nonce, block, fee] = await Promise.all([
    node.nonce(session.account),
    node.number(),
    plan.first ? null : node.fee(callOf(scene, plan)),
  ]);
  await session.stillOn(config);
  const { key, what, title, to, licenses, offers, part, parts } = plan;
  const deal = keep({
    ...{ key, what, title, to, nonce, block },
    ...(licenses ? { licenses } : {}),
    ...(offers ? { offers } : {}),
    ...(part && parts ? { part, parts } : {}),
    call: keccak256(plan.data),
    chainId: config.chain_id,
    account: session.account,
    asked: Date.now(),
    state: "asked",
  });
  asking();
  if (fee) scene.fee?.(fee);
  let hash: Hex;
  try {
    if (plan.first) {
      const batch = await session.sendAll(config, [...plan.first, callOf(scene, plan)]);
      return keep({ ...deal, state: "sent", batch });
    }
    hash = await session.send(callOf(scene, plan));
  } catch (error) {
    forget(deal);
    throw error;
  }
  const sent = keep({ ...deal, state: "sent", hash });
  const known = await node.transaction(hash).catch(() => null);
  return known ? keep({ ...sent, nonce: Number(known.nonce) }) : sent;
}

/** Sends a call that another one waits for, and waits for it. */
export async function sendFirst(scene: Scene, plan: Plan, asking: () => void): Promise<void> {
  const done = await follow(scene.node, await send(scene, plan, asking));
  if (done.state !== "confirmed") throw new NotDone(done);
}

function callOf(scene: Scene, plan: Plan): Call {
  const { to, data, value } = plan;
  return { from: scene.session.account, to, data, ...(value ? { value: quantity(value) } : {}) };
}
