/** The list of wallets to choose from; shown only where there are several. */

import { element } from "../parts/dom";
import { say } from "../text/say";
import type { Announced } from "./discovery";

/** What somebody chose; null if they closed the list. */
export function pick(choices: readonly Announced[]): Promise<Announced | null> {
  return new Promise((resolve) => {
    let chosen: Announced | null = null;
    const title = element("h2", { id: "wallets-title" }, say("choose_wallet"));
    const list = element(
      "ul",
      { class: "wallets" },
      ...choices.map((wallet) => {
        const button = element("button", { type: "button", class: "wallet" }, ...icon(wallet), wallet.info.name);
        button.addEventListener("click", () => {
          chosen = wallet;
          dialog.close();
        });
        return element("li", {}, button);
      }),
    );
    const cancel = element("button", { type: "button", class: "quiet" }, say("cancel"));
    const dialog = element("dialog", { class: "picker", "aria-labelledby": "wallets-title" }, title, list, cancel);
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(chosen);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A wallet's picture, if it brings one along: nothing is fetched. */
function icon(wallet: Announced): HTMLElement[] {
  const source = wallet.info.icon;
  if (typeof source !== "string" || !source.startsWith("data:image/")) return [];
  return [element("img", { src: source, alt: "", width: "24", height: "24" })];
}
