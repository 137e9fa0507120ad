/** `<div data-owner data-asset="0x…">`: for whoever holds an asset's deed, the form that makes an offer. */

import type { Address, Hex } from "viem";
import { getAddress } from "viem/utils";

import { NotHolder, type Wish, publishOffer, signOffer } from "../deals/offering";
import { Kind, NATIVE } from "../deals/offer";
import type { Scene } from "../deals/perform";
import type { Deal } from "../deals/store";
import { USES } from "../deals/terms";
import { currencyOf } from "../deals/token";
import { type Config, config } from "../server";
import { amount, units } from "../text/amounts";
import { type Line, say, short, span } from "../text/say";
import { Session } from "../wallet/session";
import { Action, keyOf } from "./action";
import { attribute, element } from "./dom";
import { area, box, choice, download, field, typed } from "./form";
import type { Status } from "./status";
import { told } from "./telling";

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const MOST_DAYS = 36_500n;
const MOST_URI = 1024; // bytes
const MOST_SUPPLY = (1n << 32n) - 1n;

/** A field that says nothing an offer could be made of; `line` says what is missing. */
class Odd extends Error {
  constructor(readonly line: Line) {
    super(line);
  }
}

/** Brings the place to life; it is empty for everybody else. */
export async function mountOwner(place: HTMLElement): Promise<void> {
  const holder = place.getAttribute("data-holder")?.toLowerCase();
  const settings = await config();
  const asset = attribute(place, "data-asset") as Hex;
  let shown: string | null = null;
  Session.watch((session) => {
    const account = session?.account ?? null;
    const mine = account !== null && account.toLowerCase() === holder ? account : null;
    if (mine === shown) return;
    shown = mine;
    place.replaceChildren(...(mine ? [new OfferForm(asset, settings, mine).section] : []));
  });
}

class OfferForm {
  readonly section: HTMLElement;
  private readonly form = element("form", { class: "offer-form", autocomplete: "off" });
  private readonly preview = element("ul", { class: "words", "aria-live": "polite" });
  private turn = 0;
  private readonly files = element("p", { class: "actions" });

  constructor(
    private readonly asset: Hex,
    private readonly settings: Config,
    account: Address,
  ) {
    const sign = this.action("sign_offer", (...given) => this.sign(...given));
    const publish = this.action("publish_offer", (...given) => this.publish(...given));
    this.form.append(...this.fields(account));
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", () => void this.tell());
    const title = element("h2", { id: "make-offer" }, say("make_offer"));
    const buttons = [sign.button, " ", publish.button, sign.status.line, publish.status.line];
    this.section = element("section", { "aria-labelledby": "make-offer" }, title, this.form);
    this.section.append(element("h3", {}, say("preview")), this.preview, ...buttons, this.files);
    void this.tell();
  }

  private fields(account: Address): HTMLElement[] {
    const currencies = [...this.settings.currencies.map((each) => [each.address, each.symbol] as const)];
    const uses = element("fieldset", {}, element("legend", {}, say("uses")));
    uses.append(...USES.map((use) => box("uses", say(wordOf(use)), use)));
    const kinds = (Object.keys(Kind) as (keyof typeof Kind)[]).map((kind) => [kind, say(`kind_${kind}`)] as const);
    const number = { inputmode: "numeric", value: "0" };
    return [
      uses,
      choice("kind", say("kind"), kinds),
      field("price", say("price"), { inputmode: "decimal" }),
      choice("currency", say("currency"), [...currencies, [NATIVE, "ETH"]]),
      field("other", say("other_currency"), { spellcheck: "false" }),
      field("days", say("license_days"), { ...number, value: "365" }),
      field("saleDays", say("sale_days"), number),
      field("supply", say("supply"), number),
      field("royalty", say("royalty"), number),
      field("payee", say("payee"), { value: account, spellcheck: "false" }),
      box("exclusive", say("exclusive")),
      box("transferable", say("transferable")),
      field("title", say("terms_title")),
      area("text", say("terms_text")),
      field("uri", say("terms_uri"), { type: "url", inputmode: "url" }),
    ];
  }

  private action(words: Line, run: (scene: Scene, status: Status, wish: Wish) => Promise<Deal | null>): Action {
    const key = `${this.settings.chain_id} ${words} ${this.asset}`;
    return new Action(say(words), () => key, async (scene, status) => {
      this.files.replaceChildren();
      try {
        return await run(scene, status, await this.wish());
      } catch (error) {
        if (error instanceof Odd) status.say("wrong", say(error.line));
        else if (error instanceof NotHolder) status.say("wrong", say("not_holder", { holder: short(error.holder) }));
        else throw error;
        return null;
      }
    });
  }

  private async sign(scene: Scene, status: Status, wish: Wish): Promise<null> {
    const signed = await signOffer(scene, wish, () => status.step("asks_offer"));
    status.say("done", say("offer_signed"));
    this.files.append(
      download(signed.offer.name, signed.offer.text, say("file_offer")),
      download(signed.terms.name, signed.terms.text, say("file_terms")),
    );
    return null;
  }

  private async publish(scene: Scene, status: Status, wish: Wish): Promise<Deal> {
    const key = keyOf(`${this.settings.chain_id} publish_offer ${this.asset}`, scene);
    const { deal, terms } = await publishOffer(scene, wish, key, () => status.step("asks_publish"));
    this.files.append(download(terms.name, terms.text, say("file_terms")));
    return deal;
  }

  /** What the form says. Throws `Odd` for what no offer can say. */
  private async wish(): Promise<Wish> {
    const kind = typed(this.form, "kind") as Wish["kind"];
    const other = typed(this.form, "other");
    if (other && !ADDRESS.test(other)) throw new Odd("odd_currency");
    const currency = other ? getAddress(other.toLowerCase()) : (typed(this.form, "currency") as Address);
    const uses = new FormData(this.form).getAll("uses").map(String);
    const { decimals } = await currencyOf(this.settings, currency);
    const price = kind === "Free" ? 0n : units(typed(this.form, "price"), decimals);
    const payee = typed(this.form, "payee");
    if (uses.length === 0) throw new Odd("odd_uses");
    if (price === null || (price === 0n && kind !== "Free")) throw new Odd("odd_price");
    if (!ADDRESS.test(payee) || /^0x0*$/.test(payee)) throw new Odd("odd_payee");
    const days = this.whole("days", MOST_DAYS);
    if (kind === "Subscription" && days === 0n) throw new Odd("odd_subscription");
    const transferable = typed(this.form, "transferable") !== "";
    if (kind === "Metered" && transferable) throw new Odd("odd_metered");
    return {
      ...{ asset: this.asset, uses, kind, currency, price, days, transferable },
      payee: getAddress(payee.toLowerCase()),
      saleDays: this.whole("saleDays", MOST_DAYS),
      supply: this.whole("supply", MOST_SUPPLY),
      royaltyBps: this.whole("royalty", 100n) * 100n,
      exclusive: typed(this.form, "exclusive") !== "",
      title: typed(this.form, "title"),
      text: typed(this.form, "text"),
      uri: this.uri(),
    };
  }

  /** Where the terms will be; empty where nobody says. */
  private uri(): string {
    const found = typed(this.form, "uri");
    if (found && (!/^https?:/.test(found) || new Blob([found]).size > MOST_URI)) throw new Odd("odd_uri");
    return found;
  }

  private whole(name: string, most: bigint): bigint {
    const found = units(typed(this.form, name) || "0", 0);
    if (found === null || found > most) throw new Odd("odd_number");
    return found;
  }

  /** Tells in plain words what would be signed. */
  private async tell(): Promise<void> {
    const turn = ++this.turn;
    let sentences: string[];
    try {
      sentences = await plainly(await this.wish(), this.settings);
    } catch (error) {
      sentences = [error instanceof Odd ? say(error.line) : (await told(error)).text];
    }
    if (turn !== this.turn) return; // typed on meanwhile
    this.preview.replaceChildren(...sentences.map((sentence) => element("li", {}, sentence)));
  }
}

/** An offer in sentences. */
async function plainly(wish: Wish, settings: Config): Promise<string[]> {
  const { symbol, decimals } = await currencyOf(settings, wish.currency);
  const price = amount(wish.price, decimals, symbol);
  const uses = wish.uses.map((use) => say(wordOf(use))).join(say("comma"));
  const days = (count: bigint) => span(count * 86_400n);
  const sentences = [
    say(`tells_${wish.kind}`, { price, uses }),
    wish.days ? say("tells_days", { span: days(wish.days) }) : say("tells_for_ever"),
    say("tells_payee", { payee: short(wish.payee) }),
  ];
  if (wish.saleDays) sentences.push(say("tells_sale", { span: days(wish.saleDays) }));
  if (wish.supply) sentences.push(say("tells_supply", { supply: wish.supply }));
  if (wish.exclusive) sentences.push(say("tells_exclusive"));
  sentences.push(say(wish.transferable ? "tells_transferable" : "tells_bound"));
  if (wish.royaltyBps) sentences.push(say("tells_royalty", { percent: wish.royaltyBps / 100n }));
  return sentences;
}

function wordOf(use: string): Line {
  return `use_${use.replace("-", "_")}` as Line;
}
