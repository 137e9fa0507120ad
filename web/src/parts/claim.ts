/** `<div data-claim data-payee="0x…" data-token="0x…">`: all that is due to somebody, from all vaults, by one click. */

import type { Address, Hex } from "viem";

import { RoyaltyVaultFactory, encode } from "../chain/contracts";
import { type Plan, type Scene, send } from "../deals/perform";
import type { Deal } from "../deals/store";
import { currencyOf } from "../deals/token";
import { api, config } from "../server";
import { amount } from "../text/amounts";
import { say } from "../text/say";
import { Action, keyOf } from "./action";
import { attribute, element } from "./dom";

const MOST = 60; // claims in one transaction: first ones deploy their vault, at some 130,000 gas each

interface Claims {
  claims: {
    root: Hex;
    salt: Hex;
    due: string;
    share: { payee: Address; share: string; sides: string; siblings: { hash: Hex; sum: string }[] };
  }[];
}

/** Brings a place for claiming to life. Anybody may press the button: the money goes to the payee. */
export async function mountClaim(place: HTMLElement): Promise<void> {
  const payee = attribute(place, "data-payee") as Address;
  const token = attribute(place, "data-token") as Address;
  const path = `/api/accounts/${payee}/claims?token=${token}`;
  const line = element("p", { class: "price" });
  const key = (chainId: number) => `${chainId} claim ${payee} ${token}`;
  const action = new Action(
    say("claim"),
    (settings) => key(settings.chain_id),
    async (scene, status) => {
      status.step("reading_claims");
      const found = await api<Claims>(path);
      if (found.claims.length === 0) {
        status.say("calm", say("nothing_due"));
        return null;
      }
      const plan = planOf(scene, payee, token, found, key(scene.config.chain_id));
      return send(scene, plan, () => status.step("asks_claim"));
    },
    (deal) => void show(deal),
  );
  const show = async (deal?: Deal) => {
    if (deal && deal.state !== "confirmed") return;
    const [settings, found] = await Promise.all([config(), api<Claims>(path)]);
    const due = found.claims.reduce((sum, claim) => sum + BigInt(claim.due), 0n);
    const { symbol, decimals } = await currencyOf(settings, token);
    const shown = amount(due, decimals, symbol);
    const count = found.claims.length;
    line.textContent = count ? say("due_from", { amount: shown, count }) : say("due_none");
    action.enabled = due > 0n;
  };
  place.replaceChildren(line, action.button, action.status.line);
  try {
    await show();
    await action.resume();
  } catch (error) {
    action.enabled = false;
    await action.status.fail(error);
  }
}

function planOf(scene: Scene, payee: Address, token: Address, found: Claims, key: string): Plan {
  const batch = found.claims.slice(0, MOST).map(({ root, salt, share }) => ({
    ...{ root, salt, token },
    share: {
      payee,
      share: BigInt(share.share),
      sides: BigInt(share.sides),
      siblings: share.siblings.map(({ hash, sum }) => ({ hash, sum: BigInt(sum) })),
    },
  }));
  return {
    key: keyOf(key, scene),
    what: "claim",
    title: "",
    to: scene.config.contracts.royalty_vault_factory,
    data: encode(RoyaltyVaultFactory, "claim", [batch]),
  };
}
