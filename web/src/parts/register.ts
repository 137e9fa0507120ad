/** `<div data-register data-sha256="0x…">`: registers a file by its hash, with a document that says what it is called. */

import type { Hex } from "viem";
import { encodeAbiParameters, keccak256 } from "viem/utils";

import { AssetRegistry, encode } from "../chain/contracts";
import { hashOf } from "../deals/hashing";
import { type Scene, send } from "../deals/perform";
import { type Deal, deals, open } from "../deals/store";
import { documentHash } from "../deals/terms";
import { type Known, describe, keep, notice, recall } from "../deals/works";
import { config } from "../server";
import { type Line, say } from "../text/say";
import { Action, keyOf } from "./action";
import { attribute, element } from "./dom";
import { box, choice, download, downloadPreview, field, typed, uriOf } from "./form";
import type { Status } from "./status";

/** Brings the place to life. Whoever registered it before stays first, whatever is registered after. */
export async function mountRegister(place: HTMLElement): Promise<void> {
  const content = attribute(place, "data-sha256") as Hex;
  const folded = place.closest("details");
  const form = new WorkForm(content, `${(await config()).chain_id} register ${content}`, folded ? "h3" : "h2");
  place.replaceChildren(form.section);
  if (folded && form.begun) folded.open = true;
  await form.action.resume();
}

class WorkForm {
  readonly section = element("section", { "aria-labelledby": "register" });
  readonly action: Action;
  private readonly form = element("form", { class: "offer-form", autocomplete: "off" });
  private readonly file = element("div");
  private readonly files = element("p", { class: "actions" });
  private known: Known | null;

  constructor(
    private readonly content: Hex,
    private readonly key: string,
    heading: "h2" | "h3",
  ) {
    this.known = recall(content);
    const origins = ["0", "1", "2", "3"].map((origin) => [origin, say(`origin_${origin}` as Line)] as const);
    this.action = new Action(
      say("register"),
      () => key,
      (scene, status) => this.register(scene, status),
      (deal) => this.link(deal),
    );
    this.form.append(
      this.file,
      field("title", say("work_title")),
      choice("origin", say("origin"), origins),
      field("uri", say("work_uri"), { type: "url", inputmode: "url" }),
    );
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.section.append(
      element(heading, { id: "register" }, say("register_title")),
      element("p", {}, say("register_about")),
      ...[this.form, this.action.button, this.action.status.line, this.files],
    );
    this.show();
  }

  /** Whether somebody has registered it here, or is about to. */
  get begun(): boolean {
    return this.known?.document !== undefined || deals().some((deal) => open(deal) && deal.key.startsWith(`${this.key} `));
  }

  /** What is known of the file; or the place to choose it. */
  private show(): void {
    if (!this.known) {
      const input = element("input", { type: "file" });
      input.addEventListener("change", () => void this.choose(input.files?.[0]));
      this.file.replaceChildren(element("p", {}, element("label", {}, say("work_file"), " ", input)));
      return;
    }
    const { name, preview, document } = this.known;
    const title = this.form.querySelector<HTMLInputElement>("[name=title]");
    if (title && !title.value) title.value = name.replace(/\.[^.]*$/, "");
    const picture = preview ? [element("img", { class: "preview large", src: preview, alt: say("preview_own") })] : [];
    this.file.replaceChildren(...picture, ...(preview ? [box("preview", say("preview_publish"))] : []));
    if (document) void this.handOut(document);
  }

  private async choose(file: File | undefined): Promise<void> {
    if (!file) return;
    const { status } = this.action;
    const hash = await hashOf(file, (share) => {
      status.step("hashing_files", { percent: String(Math.floor(share * 100)) });
    });
    if (hash !== this.content) return status.say("wrong", say("work_other"));
    status.clear();
    this.known = await notice(file, this.content);
    this.show();
  }

  private async register(scene: Scene, status: Status): Promise<Deal | null> {
    const title = typed(this.form, "title");
    const uri = uriOf(this.form, "uri");
    const odd = !this.known ? "work_unchosen" : !title ? "work_unnamed" : uri === null ? "odd_uri" : null;
    if (odd || !this.known || uri === null) {
      status.say("wrong", say(odd ?? "odd_uri"));
      return null;
    }
    const text = await describe(this.known, title, typed(this.form, "preview") !== "");
    const registration = {
      ...{ content: this.content, works: 0n, documentHash: await documentHash(text), uri },
      origin: Number(typed(this.form, "origin")),
    };
    const plan = {
      ...{ key: keyOf(this.key, scene), what: "register", title, to: scene.config.contracts.asset_registry },
      data: encode(AssetRegistry, "register", [registration]),
    };
    // Its title and preview are nowhere else: they are handed out before anything is sent.
    this.known = keep({ ...this.known, document: text });
    await this.handOut(text);
    return send(scene, plan, () => status.step("asks_register"));
  }

  /** The document, and the preview that it names. */
  private async handOut(text: string): Promise<void> {
    const { preview } = JSON.parse(text) as { preview?: { sha256: string } };
    const hash = await documentHash(text);
    this.files.replaceChildren(download(`${hash.slice(2)}.json`, text, say("file_work")));
    if (!preview || !this.known?.preview) return;
    this.files.append(" ", downloadPreview(preview.sha256, this.known.preview));
  }

  private link(deal: Deal): void {
    if (deal.state !== "confirmed") return;
    const words = [{ type: "bytes32" }, { type: "address" }] as const;
    const asset = keccak256(encodeAbiParameters(words, [this.content, deal.account]));
    this.action.status.line.append(" ", element("a", { href: `/assets/${asset}` }, say("asset_link")));
  }
}
