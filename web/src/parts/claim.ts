/** `<div data-claim data-payee="0x…" data-tokens="0x… 0x…">`: all that is due to somebody, from all vaults, by one click. */

import type { Address } from "viem";

import { type Due, claimAll, dueTo } from "../deals/claiming";
import type { Scene } from "../deals/perform";
import type { Deal } from "../deals/store";
import { currencyOf } from "../deals/token";
import { config } from "../server";
import { amount } from "../text/amounts";
import { say } from "../text/say";
import { Action, keyOf } from "./action";
import { attribute, element } from "./dom";
import type { Status } from "./status";

/** Brings a place for claiming to life. Anybody may press the button: the money goes to the payee. */
export async function mountClaim(place: HTMLElement): Promise<void> {
  const payee = attribute(place, "data-payee") as Address;
  const tokens = attribute(place, "data-tokens").split(" ") as Address[];
  await new Claiming(place, payee, tokens).begin();
}

class Claiming {
  private readonly lines = element("div");
  private readonly action: Action;

  constructor(
    place: HTMLElement,
    private readonly payee: Address,
    private readonly tokens: readonly Address[],
  ) {
    this.action = new Action(
      say("claim"),
      (settings) => `${settings.chain_id} claim ${payee}`,
      (scene, status) => this.claim(scene, status),
      (deal) => {
        if (deal.state === "confirmed") void this.show();
      },
    );
    place.replaceChildren(this.lines, this.action.button, this.action.status.line);
  }

  async begin(): Promise<void> {
    try {
      await this.show();
      await this.action.resume();
    } catch (error) {
      this.action.enabled = false;
      await this.action.status.fail(error);
    }
  }

  private async claim(scene: Scene, status: Status): Promise<Deal | null> {
    status.step("reading_claims");
    const claims = (await dueTo(this.payee, this.tokens)).flatMap((due) => due.claims);
    if (claims.length === 0) {
      status.say("calm", say("nothing_due"));
      return null;
    }
    const key = keyOf(`${scene.config.chain_id} claim ${this.payee}`, scene);
    const { deal, refused } = await claimAll(scene, key, this.payee, claims, {
      asking: (part, of) => status.say("busy", say(of > 1 ? "asks_claim_of" : "asks_claim", { part, of })),
      over: (sent) => status.follow(scene.node, sent),
    });
    if (refused.length === 0) return deal;
    // What was claimed stays so; the line says what was not.
    const names = await Promise.all(refused.map(async (token) => (await currencyOf(scene.config, token)).symbol));
    await this.show();
    status.say("wrong", say(deal ? "claimed_but" : "claimed_none", { names: names.join(", ") }));
    return null;
  }

  /** What is due now, currency by currency. */
  private async show(): Promise<void> {
    const found = await dueTo(this.payee, this.tokens);
    const lines = (await Promise.all(found.map((due) => this.told(due)))).flat();
    const shown = lines.length > 0 ? lines : [say("due_none")];
    this.lines.replaceChildren(...shown.map((line) => element("p", { class: "price" }, line)));
    this.action.enabled = found.some((due) => due.claims.length > 0);
  }

  private async told({ token, claims, refused }: Due): Promise<string[]> {
    const { symbol, decimals } = await currencyOf(await config(), token);
    const due = amount(claims.reduce((sum, claim) => sum + claim.due, 0n), decimals, symbol);
    return [
      ...(claims.length > 0 ? [say("due_from", { amount: due, count: claims.length })] : []),
      ...(refused ? [say("due_refused", { symbol })] : []),
    ];
  }
}
