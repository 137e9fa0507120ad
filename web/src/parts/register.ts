/** `<div data-register data-sha256="0x…">`: registers a file by its hash, which is all that the page has of it. */

import type { Hex } from "viem";
import { encodeAbiParameters, keccak256 } from "viem/utils";

import { AssetRegistry, encode } from "../chain/contracts";
import { send } from "../deals/perform";
import type { Deal } from "../deals/store";
import { config } from "../server";
import { type Line, say } from "../text/say";
import { Action, keyOf } from "./action";
import { attribute, element } from "./dom";
import { choice, typed } from "./form";

const NONE = `0x${"0".repeat(64)}`;

/** Brings the place to life. Whoever registered it before stays first, whatever is registered after. */
export async function mountRegister(place: HTMLElement): Promise<void> {
  const content = attribute(place, "data-sha256") as Hex;
  const key = `${(await config()).chain_id} register ${content}`;
  const origins = ["0", "1", "2", "3"].map((origin) => [origin, say(`origin_${origin}` as Line)] as const);
  const form = element("form", {}, choice("origin", say("origin"), origins));
  form.addEventListener("submit", (event) => event.preventDefault());
  const action = new Action(
    say("register"),
    () => key,
    async (scene, status) => {
      const origin = Number(typed(form, "origin"));
      const registration = { content, works: 0n, documentHash: NONE, uri: "", origin };
      const plan = {
        ...{ key: keyOf(key, scene), what: "register", title: "", to: scene.config.contracts.asset_registry },
        data: encode(AssetRegistry, "register", [registration]),
      };
      return send(scene, plan, () => status.step("asks_register"));
    },
    (deal) => link(deal),
  );
  const link = (deal: Deal) => {
    if (deal.state !== "confirmed") return;
    const words = [{ type: "bytes32" }, { type: "address" }] as const;
    const asset = keccak256(encodeAbiParameters(words, [content, deal.account]));
    action.status.line.append(" ", element("a", { href: `/assets/${asset}` }, say("asset_link")));
  };
  const title = element("h2", { id: "register" }, say("register_title"));
  const section = element("section", { "aria-labelledby": "register" }, title);
  section.append(element("p", {}, say("register_about")), form, action.button, action.status.line);
  place.replaceChildren(section);
  await action.resume();
}
