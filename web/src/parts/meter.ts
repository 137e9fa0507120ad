/** The account of a metered license: paying in, closing it, withdrawing the rest. */

import type { Address, Hex } from "viem";

import { Token, UsageLedger, encode, read } from "../chain/contracts";
import { Node } from "../chain/node";
import { NATIVE, type Members, type Order, conditionsHash } from "../deals/offer";
import { type Plan, type Scene, send } from "../deals/perform";
import { type Named, balanceOf, currencyOf } from "../deals/token";
import type { Deal } from "../deals/store";
import type { Config } from "../server";
import { amount, units } from "../text/amounts";
import { moment, say, span } from "../text/say";
import { Session } from "../wallet/session";
import { Action, keyOf } from "./action";
import { element } from "./dom";
import { paid } from "./paid";
import type { Status } from "./status";

const OPEN = 2 ** 40 - 1; // an account's `closesAt` before anybody has asked for its rest

interface Account {
  closesAt: number;
}

export class Meter {
  private readonly node: Node;
  private readonly ledger: Address;
  private readonly input = element("input", { type: "text", inputmode: "decimal", autocomplete: "off", required: "" });
  private readonly paying = element("div");
  private readonly rest = element("div");
  private named: Named = { symbol: "", decimals: 0 };
  private account: Account = { closesAt: 0 };

  constructor(
    private readonly place: HTMLElement,
    private readonly license: Hex,
    private readonly order: Order,
    private readonly conditions: Members | null,
    private readonly title: string,
    private readonly settings: Config,
  ) {
    this.node = new Node(settings.rpc_url);
    this.ledger = settings.contracts.usage_ledger;
  }

  async begin(): Promise<void> {
    this.named = await currencyOf(this.settings, this.order.offer.currency);
    const deposit = this.action("deposit", say("deposit"), (scene, status) => this.deposit(scene, status));
    const label = element("label", {}, say("deposit_amount", { currency: this.named.symbol }), " ", this.input);
    this.paying.append(label, " ", deposit.button, deposit.status.line);
    this.place.append(this.paying, this.rest);
    Session.watch(() => void this.show().catch(console.error));
    await this.load();
    await deposit.resume();
  }

  /** Reads how the account stands, and shows what can be done with its rest. */
  private async load(): Promise<void> {
    this.account = await read<Account>(this.node, this.ledger, UsageLedger, "account", [this.license]);
    await this.show();
  }

  private get isClosing(): boolean {
    return this.account.closesAt !== 0 && this.account.closesAt !== OPEN;
  }

  private async show(): Promise<void> {
    this.paying.hidden = this.isClosing; // nothing more is paid into it
    const mine = Session.now?.account.toLowerCase() === this.order.licensee.toLowerCase();
    if (this.isClosing) await this.showRest();
    else if (this.account.closesAt === OPEN && mine) this.showClosing();
    else this.rest.replaceChildren();
  }

  private showClosing(): void {
    const { conditions } = this;
    const section = element("details", {}, element("summary", {}, say("close_account")));
    if (conditions === null) {
      section.append(element("p", {}, say("close_unknown")));
      this.rest.replaceChildren(section);
      return;
    }
    const close = this.action("close", say("close_account"), (scene, status) => {
      const plan = this.plan(scene, "close", encode(UsageLedger, "close", [this.grant, conditions]));
      return send(scene, plan, () => status.step("asks_close"));
    });
    const delay = span(BigInt(String(conditions["refundDelay"] ?? 0)));
    section.append(element("p", {}, say("close_about", { span: delay })), close.button, close.status.line);
    this.rest.replaceChildren(section);
    void close.resume();
  }

  private async showRest(): Promise<void> {
    const { currency } = this.order.offer;
    const purse = await read<Address>(this.node, this.ledger, UsageLedger, "depositOf", [this.license]);
    const [left, now] = await Promise.all([balanceOf(this.node, currency, purse), this.node.now()]);
    const time = moment(BigInt(this.account.closesAt));
    const shown = amount(left, this.named.decimals, this.named.symbol);
    const line = element("p", { class: "price" }, say(left ? "withdraw_from" : "withdraw_none", { amount: shown, time }));
    const withdraw = this.action("withdraw", say("withdraw"), (scene, status) => {
      const plan = this.plan(scene, "withdraw", encode(UsageLedger, "withdraw", [this.grant, currency]));
      return send(scene, plan, () => status.step("asks_withdraw"));
    });
    withdraw.enabled = left > 0n && now >= BigInt(this.account.closesAt);
    this.rest.replaceChildren(line, withdraw.button, withdraw.status.line);
    await withdraw.resume();
  }

  private async deposit(scene: Scene, status: Status): Promise<Deal | null> {
    const { currency } = this.order.offer;
    const sum = units(this.input.value, this.named.decimals);
    if (!sum) {
      status.say("wrong", say("amount_odd", { decimals: this.named.decimals }));
      return null;
    }
    const shown = amount(sum, this.named.decimals, this.named.symbol);
    const account = await read<Account>(this.node, this.ledger, UsageLedger, "account", [this.license]);
    if (currency !== NATIVE && account.closesAt === OPEN) {
      // An open account's deposit is paid by a plain transfer: one prompt, and no allowance.
      const purse = await read<Address>(this.node, this.ledger, UsageLedger, "depositOf", [this.license]);
      const plan = { ...this.plan(scene, "deposit", encode(Token, "transfer", [purse, sum])), to: currency };
      return send(scene, plan, () => status.step("asks_deposit", { price: shown }));
    }
    const plan: Plan = {
      ...this.plan(scene, "deposit", encode(UsageLedger, "deposit", [this.grant, sum])),
      ...(currency === NATIVE ? { value: sum } : {}),
    };
    return paid(scene, status, plan, currency, sum, shown);
  }

  private get grant() {
    return { offer: this.order.offer, licensee: this.order.licensee, salt: this.order.salt };
  }

  private plan(scene: Scene, what: string, data: Hex): Plan {
    const key = keyOf(this.key(what), scene);
    return { key, what, title: this.title, licenses: [this.license], to: this.ledger, data };
  }

  private key(what: string): string {
    return `${this.settings.chain_id} ${what} ${this.license}`;
  }

  private action(what: string, words: string, run: (scene: Scene, status: Status) => Promise<Deal | null>): Action {
    const after = (deal: Deal) => {
      if (deal.state === "confirmed" && what !== "deposit") void this.load().catch(console.error);
    };
    return new Action(words, () => this.key(what), run, after);
  }
}

/** Conditions, if they are those that an offer names. */
export function provenConditions(order: Order, conditions: Members | null): Members | null {
  return conditions && conditionsHash(conditions) === order.offer.conditions ? conditions : null;
}
