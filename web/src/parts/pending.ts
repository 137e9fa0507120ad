/** What is under way, on pages that have no place of their own for it: nobody has to remember where they began it. */

import { Node } from "../chain/node";
import { revive } from "../deals/follow";
import { deals, open } from "../deals/store";
import { config } from "../server";
import { say } from "../text/say";
import { element } from "./dom";
import { Status } from "./status";

const PLACES = "[data-buy], [data-basket], [data-claim], [data-license], [data-owner] form, [data-register]";

/** Shows it at the top of the page, and follows it. */
export async function showPending(): Promise<void> {
  const main = document.querySelector("main");
  if (!main || document.querySelector(PLACES)) return;
  const { chain_id, rpc_url } = await config();
  await revive(new Node(rpc_url), chain_id);
  const begun = deals().filter((deal) => open(deal) && deal.chainId === chain_id);
  if (begun.length === 0) return;
  const section = element("section", { class: "pending", "aria-label": say("under_way") });
  main.prepend(section);
  await Promise.all(
    begun.map((deal) => {
      const status = new Status();
      section.append(element("p", { class: "facts" }, deal.title || say("under_way")), status.line);
      return status.follow(new Node(rpc_url), deal);
    }),
  );
}
