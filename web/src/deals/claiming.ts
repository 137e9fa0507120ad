/** Claiming: all that is due to somebody, from all vaults, in all currencies, in as few transactions as hold it. */

import type { Address, Hex } from "viem";

import { RoyaltyVaultFactory, encode } from "../chain/contracts";
import { quantity } from "../chain/node";
import { revertData } from "../chain/refusal";
import { api } from "../server";
import { type Plan, type Scene, send } from "./perform";
import type { Deal } from "./store";

const MOST = 60; // claims in one transaction: first ones deploy their vault, at some 130,000 gas each
const MOST_GAS = 1n << 24n; // that a transaction may use (EIP-7825)
const AT_ONCE = 100; // vaults that the server is asked about

/** What one vault would pay, and what proves it. */
export interface Claim {
  token: Address;
  root: Hex;
  salt: Hex;
  due: bigint;
  share: { payee: Address; share: string; sides: string; siblings: { hash: Hex; sum: string }[] };
}

interface Page {
  claims: (Omit<Claim, "token" | "due"> & { due: string })[];
  refused: boolean;
  next: string | null;
}

/** What is due to a payee in a currency; `refused` if its token does not let some of it be paid. */
export interface Due {
  token: Address;
  claims: Claim[];
  refused: boolean;
}

/** All that is due to a payee in some currencies. */
export function dueTo(payee: Address, tokens: readonly Address[]): Promise<Due[]> {
  return Promise.all(tokens.map((token) => dueIn(payee, token)));
}

async function dueIn(payee: Address, token: Address): Promise<Due> {
  const claims: Claim[] = [];
  let refused = false;
  for (let after: string | null = ""; after !== null; ) {
    const from: string = after ? `&after=${after}` : "";
    const page: Page = await api<Page>(`/api/accounts/${payee}/claims?token=${token}&limit=${AT_ONCE}${from}`);
    claims.push(...page.claims.map((claim) => ({ ...claim, token, due: BigInt(claim.due) })));
    refused ||= page.refused;
    after = page.next;
  }
  return { token, claims, refused };
}

/** How a claim goes on: which transaction of how many the wallet is asked for; how the one before it ended. */
export interface Course {
  asking: (part: number, of: number) => void;
  over: (deal: Deal) => Promise<Deal>;
}

/** Sends claims, transaction by transaction, each after the one before is on the chain.
 *
 * What is refused together is tried currency by currency, so that no token keeps another's money back.
 * Returns the last transaction, or the first that did not come about; and the currencies that were refused.
 */
export async function claimAll(
  scene: Scene,
  key: string,
  payee: Address,
  claims: readonly Claim[],
  course: Course,
): Promise<{ deal: Deal | null; refused: Address[] }> {
  const batches = inBatches(claims);
  const refused: Address[] = [];
  let deal: Deal | null = null;
  for (let part = 1; batches.length > 0; ) {
    const batch = batches.shift() ?? [];
    const plan = { ...planOf(scene, payee, batch, key), part, parts: part + batches.length };
    if (!(await goes(scene, plan))) {
      const currencies = [...new Set(batch.map((claim) => claim.token))];
      if (currencies.length === 1) refused.push(...currencies);
      else batches.unshift(...currencies.map((token) => batch.filter((claim) => claim.token === token)));
      continue;
    }
    deal = await course.over(await send(scene, plan, () => course.asking(part, plan.parts)));
    if (deal.state !== "confirmed") break;
    part++;
  }
  return { deal, refused: [...new Set(refused)] };
}

/** Claims in the order of their currencies, as many together as a transaction holds. */
function inBatches(claims: readonly Claim[]): Claim[][] {
  return Array.from({ length: Math.ceil(claims.length / MOST) }, (_, at) => claims.slice(at * MOST, (at + 1) * MOST));
}

/** Whether a transaction would claim it all, within the gas that it may use. */
async function goes(scene: Scene, plan: Plan): Promise<boolean> {
  const { to, data } = plan;
  try {
    await scene.node.call({ from: scene.session.account, to, data, gas: quantity(MOST_GAS) });
    return true;
  } catch (error) {
    if (revertData(error) === null && !/revert|gas/i.test(String((error as Error).message))) throw error;
    return false;
  }
}

function planOf(scene: Scene, payee: Address, claims: readonly Claim[], key: string): Plan {
  const batch = claims.map(({ root, salt, token, share }) => ({
    ...{ root, salt, token },
    share: {
      payee,
      share: BigInt(share.share),
      sides: BigInt(share.sides),
      siblings: share.siblings.map(({ hash, sum }) => ({ hash, sum: BigInt(sum) })),
    },
  }));
  return {
    ...{ key, what: "claim", title: "", to: scene.config.contracts.royalty_vault_factory },
    data: encode(RoyaltyVaultFactory, "claim", [batch]),
  };
}
