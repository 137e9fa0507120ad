/** `<div data-owner data-asset="0x…">`: for whoever holds an asset's deed, the form that makes an offer. */

import type { Address, Hex } from "viem";

import { NotHolder, type Wish, publishOffer, signOffer } from "../deals/offering";
import type { Scene } from "../deals/perform";
import type { Deal } from "../deals/store";
import { type Config, config } from "../server";
import { tell } from "../text/offers";
import { short } from "../text/say";
import { Session } from "../wallet/session";
import { Action, keyOf } from "./action";
import { attribute, element } from "./dom";
import { mainFields, rareFields } from "./fields";
import { download } from "./form";
import { plainly } from "./plainly";
import { sharing } from "./sharing";
import type { Status } from "./status";
import { told } from "./telling";
import { Odd, wishOf } from "./wishing";

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
    const shares = sharing(this.form, `${settings.chain_id} split ${asset}`, (vault) => this.pay(vault));
    this.form.append(...mainFields(settings, account, shares), rareFields());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", () => void this.tell());
    const title = element("h2", { id: "make-offer" }, tell("make_offer"));
    const buttons = [sign.button, " ", publish.button, sign.status.line, publish.status.line];
    this.section = element("section", { "aria-labelledby": "make-offer" }, title, this.form);
    this.section.append(element("h3", {}, tell("preview")), this.preview, ...buttons, this.files);
    void this.tell();
  }

  private action(
    words: "sign_offer" | "publish_offer",
    run: (scene: Scene, status: Status, wish: Wish) => Promise<Deal | null>,
  ): Action {
    const key = `${this.settings.chain_id} ${words} ${this.asset}`;
    return new Action(tell(words), () => key, async (scene, status) => {
      this.files.replaceChildren();
      try {
        return await run(scene, status, await this.wish());
      } catch (error) {
        if (error instanceof Odd) {
          status.say("wrong", error.message);
          this.show(error.field);
        } else if (error instanceof NotHolder) {
          status.say("wrong", tell("not_holder", { holder: short(error.holder) }));
        } else throw error;
        return null;
      }
    });
  }

  private async sign(scene: Scene, status: Status, wish: Wish): Promise<null> {
    const signed = await signOffer(scene, wish, () => status.say("busy", tell("asks_offer")));
    status.say("done", tell("offer_signed"));
    this.files.append(
      download(signed.offer.name, signed.offer.text, tell("file_offer")),
      download(signed.terms.name, signed.terms.text, tell("file_terms")),
    );
    return null;
  }

  private async publish(scene: Scene, status: Status, wish: Wish): Promise<Deal> {
    const key = keyOf(`${this.settings.chain_id} publish_offer ${this.asset}`, scene);
    const asking = () => status.say("busy", tell("asks_publish"));
    const { deal, terms } = await publishOffer(scene, wish, key, asking);
    this.files.append(download(terms.name, terms.text, tell("file_terms")));
    return deal;
  }

  /** Has the offer pay a vault. */
  private pay(vault: string): void {
    const payee = this.form.querySelector<HTMLInputElement>("[name=payee]");
    if (payee) payee.value = vault;
    void this.tell();
  }

  private wish(): Promise<Wish> {
    return wishOf(this.form, this.asset, this.settings);
  }

  /** Leads to a field that says something odd, wherever it is folded away. */
  private show(name: string): void {
    const field = this.form.querySelector<HTMLElement>(`[name="${name}"]`);
    const folded = field?.closest("details");
    if (folded) folded.open = true;
    field?.setAttribute("aria-invalid", "true");
    field?.focus();
  }

  /** Tells in plain words what would be signed. */
  private async tell(): Promise<void> {
    const turn = ++this.turn;
    for (const field of this.form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    let sentences: string[];
    try {
      sentences = await plainly(await this.wish(), this.settings);
    } catch (error) {
      sentences = [error instanceof Odd ? error.message : (await told(error)).text];
    }
    if (turn !== this.turn) return; // typed on meanwhile
    this.preview.replaceChildren(...sentences.map((sentence) => element("li", {}, sentence)));
  }
}
