/** `<div data-basket>`: the offers in the basket, what they cost together, and one button that buys them all. */

import type { Address, Hex } from "viem";

import { basket, takeOut, watchBasket } from "../deals/basket";
import { Changed, type Shown, buyBasket, checkQuote, proven } from "../deals/buying";
import { Kind, NATIVE, type Offer, totalOf } from "../deals/offer";
import { usesOf } from "../deals/terms";
import { currencyOf } from "../deals/token";
import { type Config, config, offerOf, quoteOf } from "../server";
import { amount } from "../text/amounts";
import { say, short } from "../text/say";
import { useWord } from "../text/uses";
import { Session } from "../wallet/session";
import { Action } from "./action";
import { element } from "./dom";
import { priceOf } from "./price";
import { STEPS } from "./steps";

/** What stands in one line of the basket. */
interface Entry {
  shown: Shown;
  title: string;
}

/** Brings the basket's place to life. */
export async function mountBasket(place: HTMLElement): Promise<void> {
  await new Basket(place, await config()).begin();
}

class Basket {
  private readonly list = element("ul", { class: "list" });
  private readonly sum = element("output", { class: "price", "aria-live": "polite" });
  private readonly action: Action;
  private entries: Entry[] = [];
  private turn = 0;

  constructor(
    place: HTMLElement,
    private readonly settings: Config,
  ) {
    const key = () => `${settings.chain_id} basket`;
    this.action = new Action(
      say("buy_all"),
      key,
      async (scene, status) => {
        const shown = this.entries.map((entry) => entry.shown);
        try {
          return await buyBasket(scene, shown, (step) => status.step(STEPS[step], { price: this.sum.value }));
        } catch (error) {
          if (error instanceof Changed) await this.load();
          throw error;
        }
      },
      (deal) => {
        if (deal.state === "confirmed") takeOut(...(deal.offers ?? []));
      },
    );
    const buttons = element("div", { class: "buy" }, this.sum, this.action.button, this.action.status.line);
    place.replaceChildren(this.list, buttons);
    watchBasket(() => void this.load());
  }

  async begin(): Promise<void> {
    await Session.restore().catch(() => null);
    await this.load();
    await this.action.resume();
  }

  /** Reads what each offer costs now; a click buys what is shown, or nothing. */
  private async load(): Promise<void> {
    this.action.enabled = false;
    const turn = ++this.turn;
    const found = await Promise.all(basket().map((offer) => this.entry(offer)));
    if (turn !== this.turn) return; // the basket has changed meanwhile
    this.entries = found.flatMap((each) => (each.entry ? [each.entry] : []));
    const lines = found.map((each) => each.line);
    this.list.replaceChildren(...(lines.length ? lines : [element("li", { class: "none" }, say("basket_empty"))]));
    this.sum.value = await this.total();
    this.action.enabled = this.entries.length > 0 && this.entries.length === found.length;
  }

  /** One offer: its line, and what a purchase of it would be, unless it does not sell. */
  private async entry(hash: Hex): Promise<{ line: HTMLLIElement; entry: Entry | null }> {
    const out = element("button", { type: "button", class: "quiet" }, say("take_out"));
    out.addEventListener("click", () => takeOut(hash));
    const link = element("a", { href: `/offers/${hash}` }, short(hash));
    const [says, last] = [element("p", { class: "facts" }), element("p", {}, out)];
    const line = element("li", { class: "entry" }, element("p", { class: "name" }, link), says, last);
    try {
      const answer = await offerOf(hash);
      link.textContent = answer.title ?? short(hash);
      if (answer.preview) line.prepend(preview(answer.preview, answer.title));
      const offer = proven(hash, answer);
      says.append(...uses(offer));
      const total = totalOf({ offer, quantity: 1n });
      const shown = { offer: hash, quantity: 1, total, currency: offer.currency };
      checkQuote(shown, await quoteOf(hash, Session.now?.account ?? NATIVE, 1));
      const one = offer.kind === BigInt(Kind.Subscription) ? "one_renewable" : "one_license";
      const price = say(one, { price: await priceOf(this.settings, offer, total) });
      last.prepend(element("span", { class: "price" }, price), " ");
      return { line, entry: { shown, title: answer.title ?? "" } };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      line.append(element("p", { class: "status", "data-mood": "wrong" }, say("not_on_offer", { why: reason })));
      return { line, entry: null };
    }
  }

  private async total(): Promise<string> {
    const sums = new Map<Address, bigint>();
    for (const { shown } of this.entries) {
      sums.set(shown.currency, (sums.get(shown.currency) ?? 0n) + shown.total);
    }
    return (await Promise.all([...sums].map(([currency, sum]) => this.shown(currency, sum)))).join(" + ");
  }

  private async shown(currency: Address, units: bigint): Promise<string> {
    const { symbol, decimals } = await currencyOf(this.settings, currency);
    return amount(units, decimals, symbol);
  }
}

/** What a license on an offer permits, in short. */
function* uses(offer: Offer): Generator<HTMLElement | string> {
  for (const use of usesOf(offer.uses)) {
    yield element("span", { class: "use" }, useWord(use));
    yield " "; // read aloud as words of their own
  }
}

/** The small picture of what is on offer, if there is one. */
function preview(sha256: Hex, title: string | null): HTMLImageElement {
  const alt = title ? say("preview_of", { title }) : say("preview_alone");
  return element("img", { class: "preview", src: `/previews/${sha256}`, alt, width: "96", height: "72" });
}
