/** In the offer form: several who share in the income. Their vault is what the offer pays. */

import { getAddress } from "viem/utils";

import { publishSplit } from "../deals/offering";
import { MOST_PAYEES, MOST_SUM, type Share, merged } from "../deals/split";
import type { Deal } from "../deals/store";
import { tell } from "../text/offers";
import { Action, keyOf } from "./action";
import { element } from "./dom";
import { area, typed } from "./form";
import { Odd } from "./wishing";

const LINE = /^(0x(?!0{40}\b)[0-9a-fA-F]{40})[\s=:,]+([1-9][0-9]{0,38})$/;

/** The fields, and the button that publishes who shares; `found` is told of the vault. */
export function sharing(form: HTMLFormElement, key: string, found: (vault: string) => void): HTMLDetailsElement {
  const action = new Action(
    tell("publish_split"),
    () => key,
    async (scene, status) => {
      try {
        const shares = sharesOf(typed(form, "shares"));
        return await publishSplit(scene, shares, keyOf(key, scene), () => status.say("busy", tell("asks_split")));
      } catch (error) {
        if (!(error instanceof Odd)) throw error;
        status.say("wrong", error.message);
        return null;
      }
    },
    (deal: Deal) => {
      if (deal.state === "confirmed") found(deal.title);
    },
  );
  void action.resume();
  return element(
    "details",
    {},
    element("summary", {}, tell("share_income")),
    element("p", {}, tell("share_about")),
    area("shares", tell("shares")),
    ...[action.button, action.status.line],
  );
}

/** Payees and their parts, a line for each. Throws `Odd` for what is no split. */
function sharesOf(text: string): Share[] {
  const lines = text.split(/[\r\n]+/).flatMap((line) => line.trim() || []);
  const shares = merged(
    lines.map((line) => {
      const [, payee, share] = LINE.exec(line) ?? [];
      if (!payee || !share) throw new Odd("shares", tell("odd_share", { line }));
      return { payee: getAddress(payee.toLowerCase()), share: BigInt(share) };
    }),
  );
  if (shares.length === 0) throw new Odd("shares", tell("odd_shares"));
  if (shares.length > MOST_PAYEES) throw new Odd("shares", tell("odd_payees", { most: MOST_PAYEES }));
  if (shares.reduce((sum, { share }) => sum + share, 0n) > MOST_SUM) throw new Odd("shares", tell("odd_total"));
  return shares;
}
