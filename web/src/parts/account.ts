/** `<div data-account data-address="0x…">`: on one's own page, the form that registers many works at once. */

import { AssetRegistry, encode } from "../chain/contracts";
import { NoCatalog, catalogDocument, catalogRoot, worksOf } from "../deals/catalog";
import { hashOf } from "../deals/hashing";
import { type Scene, send } from "../deals/perform";
import { bytesOf, previewOf } from "../deals/preview";
import type { Deal } from "../deals/store";
import { documentHash } from "../deals/terms";
import { config } from "../server";
import { type Line, say } from "../text/say";
import { Session } from "../wallet/session";
import { Action, keyOf } from "./action";
import { attribute, element } from "./dom";
import { choice, download, downloadPreview, field, typed, uriOf } from "./form";
import type { Status } from "./status";

/** Brings the place to life; it is empty for everybody else. */
export async function mountAccount(place: HTMLElement): Promise<void> {
  const address = attribute(place, "data-address").toLowerCase();
  const { chain_id } = await config();
  let shown = false;
  Session.watch((session) => {
    const mine = session?.account.toLowerCase() === address;
    if (mine === shown) return;
    shown = mine;
    place.replaceChildren(...(mine ? [new CatalogForm(chain_id).section] : []));
  });
}

class CatalogForm {
  readonly section = element("details", {}, element("summary", {}, say("register_many")));
  private readonly form = element("form", { class: "offer-form", autocomplete: "off" });
  private readonly files = element("input", { type: "file", name: "files", multiple: "" });
  private readonly picture = element("input", { type: "file", name: "picture", accept: "image/*" });
  private readonly document = element("p", { class: "actions" });

  constructor(private readonly chainId: number) {
    const origins = ["0", "1", "2", "3"].map((origin) => [origin, say(`origin_${origin}` as Line)] as const);
    const action = new Action(say("register"), () => this.key, (scene, status) => this.register(scene, status));
    this.form.append(
      element("p", {}, say("register_many_about")),
      element("p", {}, element("label", {}, say("files"), " ", this.files)),
      field("name", say("catalog_name")),
      element("p", {}, element("label", {}, say("catalog_picture"), " ", this.picture)),
      field("uri", say("catalog_uri"), { type: "url", inputmode: "url" }),
      choice("origin", say("origin"), origins),
    );
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.section.append(this.form, action.button, action.status.line, this.document);
    void action.resume();
  }

  private get key(): string {
    return `${this.chainId} register catalog`;
  }

  private async register(scene: Scene, status: Status): Promise<Deal | null> {
    this.document.replaceChildren();
    const name = typed(this.form, "name");
    const uri = uriOf(this.form, "uri");
    if (!name || uri === null) {
      status.say("wrong", say(name ? "odd_uri" : "catalog_unnamed"));
      return null;
    }
    try {
      const hashing = (share: number) => status.step("hashing_files", { percent: String(Math.floor(share * 100)) });
      hashing(0);
      const works = await worksOf([...(this.files.files ?? [])], hashing);
      const picture = this.picture.files?.[0];
      const preview = picture ? await previewOf(picture) : null;
      if (picture && !preview) throw new NoCatalog("picture_odd");
      const shown = preview ? await hashOf(new Blob([bytesOf(preview)])) : null;
      const text = catalogDocument(name, works, shown);
      const hash = await documentHash(text);
      const registration = {
        ...{ content: catalogRoot(works), works: BigInt(works.length), documentHash: hash },
        ...{ uri, origin: Number(typed(this.form, "origin")) },
      };
      const plan = {
        ...{ key: keyOf(this.key, scene), what: "register", title: name },
        to: scene.config.contracts.asset_registry,
        data: encode(AssetRegistry, "register", [registration]),
      };
      // Without its document nobody could prove a work of it: it is handed out before anything is sent.
      this.document.append(download(`${hash.slice(2)}.json`, text, say("file_catalog", { count: works.length })));
      if (preview && shown) this.document.append(" ", downloadPreview(shown.slice(2), preview));
      return await send(scene, plan, () => status.step("asks_register"));
    } catch (error) {
      if (!(error instanceof NoCatalog)) throw error;
      status.say("wrong", say(error.line, error.facts));
      return null;
    }
  }
}
