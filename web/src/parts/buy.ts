/** `<div data-buy data-offer="0x…">`: the quote, how many, and one button. */

import type { Hex } from "viem";

import { Node } from "../chain/node";
import { basket, put, takeOut, watchBasket } from "../deals/basket";
import { Changed, type Shown, buy, checkQuote, proven, purchaseKey } from "../deals/buying";
import { NATIVE, totalOf } from "../deals/offer";
import { revive } from "../deals/follow";
import { once } from "../deals/perform";
import { retire } from "../deals/salts";
import { type Deal, deals, open, watchDeals } from "../deals/store";
import { type Config, config, offerOf, quoteOf } from "../server";
import { say } from "../text/say";
import { Session } from "../wallet/session";
import { attribute, element, enable } from "./dom";
import { priceOf } from "./price";
import { Status } from "./status";
import { STEPS } from "./steps";

const MOST = 100;

/** Brings a place for buying to life. */
export async function mountBuy(place: HTMLElement): Promise<void> {
  await new Buying(place, attribute(place, "data-offer") as Hex).load();
}

class Buying {
  private readonly status = new Status();
  private readonly price = element("output", { class: "price", "aria-live": "polite" });
  private readonly quantity = element("input", {
    ...{ type: "number", min: "1", max: String(MOST), value: "1", name: "quantity", inputmode: "numeric" },
  });
  private readonly button = element("button", { type: "button", class: "primary" }, say("buy"));
  private settings: Config | null = null;
  private shown: Shown | null = null;
  private title = "";
  private busy = false;

  constructor(
    place: HTMLElement,
    private readonly offer: Hex,
  ) {
    const label = element("label", {}, say("how_many"), " ", this.quantity);
    place.replaceChildren(label, this.price, this.button, inBasket(offer), this.status.line);
    this.quantity.addEventListener("change", () => void this.quote());
    this.button.addEventListener("click", () => void this.click());
    watchDeals(() => this.lock());
    Session.watch(() => this.lock());
  }

  async load(): Promise<void> {
    await this.quote();
    await Session.restore().catch(() => null);
    await this.resume();
  }

  /** Reads what it costs, and shows just that; a click buys what is shown, or nothing. */
  private async quote(): Promise<void> {
    this.shown = null;
    this.lock();
    const quantity = this.count();
    if (quantity === null) {
      this.status.say("wrong", say("quantity_odd", { most: MOST }));
      return;
    }
    try {
      const [settings, answer] = await Promise.all([config(), offerOf(this.offer)]);
      if (!answer.stands) {
        this.status.say("wrong", say("not_on_offer", { why: answer.why_not_text ?? "" }));
        return;
      }
      const quote = await quoteOf(this.offer, Session.now?.account ?? NATIVE, quantity);
      if (quantity !== this.count()) return; // typed on meanwhile
      [this.settings, this.title] = [settings, answer.title ?? ""];
      const offer = proven(this.offer, answer);
      const total = totalOf({ offer, quantity: BigInt(quantity) });
      const shown = { offer: this.offer, quantity, total, currency: offer.currency };
      checkQuote(shown, quote);
      this.price.value = await priceOf(settings, offer, total);
      this.shown = shown;
      this.status.clear();
    } catch (error) {
      await this.status.fail(error);
    }
    this.lock();
  }

  private async click(): Promise<void> {
    const [shown, settings] = [this.shown, this.settings];
    if (!shown || !settings || !this.usable) return;
    this.busy = true;
    this.lock();
    try {
      const session = await Session.connect();
      await session.onNetwork(settings);
      const fee = (units: bigint) => this.status.fee(units, settings.coin);
      const scene = { config: settings, node: new Node(settings.rpc_url), session, fee };
      const key = purchaseKey(settings.chain_id, this.offer, session.account);
      const sent = await once(key, () =>
        buy(scene, shown, this.title, (step) => this.status.step(STEPS[step], { price: this.price.value })),
      );
      await this.status.follow(scene.node, sent);
    } catch (error) {
      await this.explain(error, settings);
    }
    this.busy = false;
    this.lock();
  }

  private async explain(error: unknown, settings: Config): Promise<void> {
    const told = await this.status.fail(error);
    const session = Session.now;
    if (told.refusal?.name === "LicenseAlreadySold" && session) {
      // An earlier attempt has come about after all; the next one is a purchase of its own.
      retire(purchaseKey(settings.chain_id, this.offer, session.account));
      this.status.say("done", say("bought_before"));
    } else if (error instanceof Changed) {
      await this.quote(); // what is shown now is what the next click buys
      this.status.say("wrong", told.text);
    }
  }

  /** Goes on with what was begun before the page was loaded, whatever the wallet says by now. */
  private async resume(): Promise<void> {
    if (this.settings) await revive(new Node(this.settings.rpc_url), this.settings.chain_id);
    const begun = this.begun();
    if (begun && this.settings) await this.status.follow(new Node(this.settings.rpc_url), begun);
    this.lock();
  }

  /** The button can be pressed where there is a price, and no purchase of it under way. */
  private lock(): void {
    enable(this.button, this.usable);
    this.button.textContent = Session.now ? say("buy") : say("connect_and_buy");
  }

  private get usable(): boolean {
    return !this.busy && this.shown !== null && this.begun() === undefined;
  }

  private begun(): Deal | undefined {
    const account = Session.now?.account.toLowerCase() ?? "";
    const prefix = `${this.settings?.chain_id} buy ${this.offer} ${account}`;
    return deals().find((deal) => open(deal) && deal.key.startsWith(prefix));
  }

  private count(): number | null {
    const typed = this.quantity.valueAsNumber;
    return Number.isInteger(typed) && typed >= 1 && typed <= MOST ? typed : null;
  }
}

/** The button that puts an offer into the basket, or takes it out again. */
function inBasket(offer: Hex): HTMLButtonElement {
  const button = element("button", { type: "button", class: "quiet" });
  const show = () => {
    const inside = basket().includes(offer);
    button.textContent = say(inside ? "take_out" : "put_in");
  };
  button.addEventListener("click", () => (basket().includes(offer) ? takeOut(offer) : put(offer)));
  watchBasket(show);
  show();
  return button;
}
