/** `<div data-wallet>` in the head of every page: who is connected, and the way to one's own page. */

import { basket, watchBasket } from "../deals/basket";
import { deals, fresh, open } from "../deals/store";
import { say, short } from "../text/say";
import { Session } from "../wallet/session";
import { element } from "./dom";

/** Brings the place to life. Nobody is asked for anything before they press the button. */
export async function mountWallet(place: HTMLElement): Promise<void> {
  const line = element("p", { class: "status", role: "status", "aria-live": "polite" });
  const connect = element("button", { type: "button", class: "quiet" }, say("connect"));
  connect.addEventListener("click", () => {
    line.replaceChildren();
    Session.connect().catch(async (error: unknown) => {
      const { told } = await import("./telling"); // what it takes to tell of errors is not loaded with every page
      line.replaceChildren((await told(error)).text);
    });
  });
  const full = element("a", { href: "/basket" });
  const count = () => {
    const offers = basket().length;
    full.hidden = offers === 0;
    full.textContent = say("basket", { count: offers });
  };
  watchBasket(count);
  count();
  Session.watch((session) => {
    if (!session) return place.replaceChildren(full, connect, line);
    const { account, name } = session;
    const own = element("a", { href: `/accounts/${account}`, title: `${name}: ${account}` }, short(account));
    const leave = element("button", { type: "button", class: "quiet" }, say("leave"));
    leave.addEventListener("click", () => Session.leave());
    place.replaceChildren(full, own, leave, line);
  });
  await Session.restore().catch(() => null);
  if (deals().some((deal) => open(deal) || fresh(deal))) {
    // Who leaves the page meanwhile, or has lost the server, is told on the next one.
    await import("./pending").then((pending) => pending.showPending()).catch(() => {});
  }
}
