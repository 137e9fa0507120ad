/** What becomes of a transaction: mined, refused, sped up, replaced, or not sent at all. Needs a node, and no wallet. */

import type { Hex } from "viem";
import { keccak256 } from "viem/utils";

import { type Node, NodeLost, Refused, type Transaction } from "../chain/node";
import { refusal, revertData } from "../chain/refusal";
import { Session } from "../wallet/session";
import { retire } from "./salts";
import { type Deal, change, deals, forget, fresh, open } from "./store";

const FIRST_WAIT = 500; // milliseconds between two looks, which grow
const LONGEST_WAIT = 5_000;
// Of calls that were sent as one, the statuses of EIP-5792 from these on.
const UNKNOWN = { status: 0, hash: undefined };
const DONE = 200;
const FAILED = 400;
const DEPTH = 12; // blocks on a transaction after which nobody looks whether it is still there
const WATCHED = 10 * 60_000; // milliseconds, where blocks are rare
const ASKED_FOR = 15 * 60_000; // how long a wallet that was asked before a reload may still be open

type Lost = (isLost: boolean) => void;

/** Follows a deal until it is over; tells of the node when it is lost and when it is back. */
export async function follow(node: Node, deal: Deal, lost: Lost = () => {}): Promise<Deal> {
  for (let wait = FIRST_WAIT; open(deal); wait = Math.min(wait * 1.3, LONGEST_WAIT)) {
    try {
      deal = await look(node, kept(deal));
      lost(false);
    } catch (error) {
      // Whatever it is, what was sent is sent: a node that is lost or busy is asked again, and so is a wallet.
      if (!(error instanceof NodeLost || error instanceof Refused)) console.error(error);
      lost(true);
    }
    if (open(deal)) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return deal;
}

/** Watches over a deal that is confirmed, until so many blocks stand on it that none will be taken back.
 *
 * It comes back as sent where the chain has taken its block back, and the transaction is in none any more.
 */
export async function stand(node: Node, deal: Deal): Promise<Deal> {
  const until = Date.now() + WATCHED;
  for (let wait = FIRST_WAIT; deal.state === "confirmed" && Date.now() < until; wait = Math.min(wait * 1.3, LONGEST_WAIT)) {
    try {
      if (deal.mined !== undefined && (await node.number()) - deal.mined >= DEPTH) return deal;
      deal = await again(node, deal);
    } catch (error) {
      if (!(error instanceof NodeLost || error instanceof Refused)) throw error;
    }
    if (deal.state === "confirmed") await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return deal;
}

/** What was confirmed a while ago and is not any more, looked at once: shown as under way again. */
export async function revive(node: Node, chainId: number): Promise<void> {
  const young = deals().filter((deal) => deal.chainId === chainId && fresh(deal));
  await Promise.all(young.map((deal) => again(node, deal).catch(() => deal)));
}

async function again(node: Node, deal: Deal): Promise<Deal> {
  if (!deal.hash) return deal; // the wallet's word was all there was
  const receipt = await node.receipt(deal.hash);
  if (!receipt) return change({ ...deal, state: "sent" });
  const mined = Number(receipt.blockNumber);
  return mined === deal.mined ? deal : change({ ...deal, mined });
}

/** The deal as others who follow it have left it; given up, where somebody has forgotten it. */
function kept(deal: Deal): Deal {
  const found = deals().find((each) => each.key === deal.key && each.asked === deal.asked);
  return found ?? { ...deal, state: "replaced" };
}

/** The deal as the chain has it now. */
async function look(node: Node, deal: Deal): Promise<Deal> {
  if (!open(deal)) return deal;
  const receipt = deal.hash ? await node.receipt(deal.hash) : null;
  if (deal.hash && receipt) {
    if (receipt.status === "0x1") return confirmed({ ...deal, mined: Number(receipt.blockNumber) });
    return change({ ...deal, state: "failed", why: await whyFailed(node, deal.hash, receipt.blockNumber) });
  }
  if (deal.batch && !deal.hash) return batched(deal);
  if ((await node.nonce(deal.account)) <= deal.nonce) return waiting(deal);
  const mined = await minedInstead(node, deal);
  if (!mined) return waiting(deal);
  // The same call under another hash was sped up, or sent after the page had closed.
  const sameCall = mined.to?.toLowerCase() === deal.to.toLowerCase() && keccak256(mined.input) === deal.call;
  if (sameCall) return change({ ...deal, state: "sent", hash: mined.hash });
  // A wallet that was only asked may have had others in line, and given this one a later number.
  if (deal.state === "asked") return change({ ...deal, nonce: deal.nonce + 1 });
  return change({ ...deal, state: "replaced", hash: mined.hash });
}

/** What the wallet says of calls that it sends as one; nothing while it is not connected. */
async function batched(deal: Deal): Promise<Deal> {
  if (!deal.batch || !Session.now) return deal;
  const { status, hash } = await Session.now.statusOf(deal.batch).catch(() => UNKNOWN);
  if (status < DONE) return deal;
  const known = hash ? { ...deal, hash } : deal;
  // A transaction of a smart account may have gone well where its calls have not: the wallet's word counts.
  if (status >= FAILED) return change({ ...known, state: hash ? "failed" : "replaced" });
  return confirmed(known);
}

function confirmed(deal: Deal): Deal {
  retire(deal.key);
  return change({ ...deal, state: "confirmed" });
}

/** Nothing happened yet: whoever was asked a quarter of an hour ago is asked no more. */
function waiting(deal: Deal): Deal {
  if (deal.state === "asked" && Date.now() - deal.asked > ASKED_FOR) {
    forget(deal);
    return { ...deal, state: "replaced" };
  }
  return deal;
}

/** The transaction that used the account's number; null where the node has forgotten those blocks' states. */
async function minedInstead(node: Node, deal: Deal): Promise<Transaction | null> {
  try {
    return await numbered(node, deal);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** The account's transaction of the deal's number: its block is found by halving, as numbers only grow. */
async function numbered(node: Node, deal: Deal): Promise<Transaction | null> {
  let [low, high] = [deal.block, await node.number()];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((await node.nonce(deal.account, middle)) > deal.nonce) high = middle;
    else low = middle + 1;
  }
  const block = await node.ask<{ transactions: Transaction[] } | null>(
    "eth_getBlockByNumber",
    `0x${high.toString(16)}`,
    true,
  );
  const account = deal.account.toLowerCase();
  const own = block?.transactions.filter((each) => each.from.toLowerCase() === account);
  return own?.find((each) => Number(each.nonce) === deal.nonce) ?? null;
}

/** What a failed transaction's call says when it is made again at its block. */
async function whyFailed(node: Node, hash: Hex, block: Hex): Promise<string> {
  const sent = await node.transaction(hash);
  if (!sent?.to) return "";
  const before = `0x${(Number(block) - 1).toString(16)}`;
  for (const tag of [block, before]) {
    try {
      const { from, to, input: data, value } = sent;
      await node.ask("eth_call", { from, to, data, value }, tag);
    } catch (error) {
      const data = revertData(error);
      if (data) return (await refusal(data))?.words ?? "";
    }
  }
  return "";
}
