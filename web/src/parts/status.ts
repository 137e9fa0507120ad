/** The line below a button that says what is going on: read aloud by screen readers, and linked to what came of it. */

import { follow, stand } from "../deals/follow";
import type { Scene } from "../deals/perform";
import { type Deal, forget } from "../deals/store";
import { roughly } from "../text/amounts";
import { type Line, say, short } from "../text/say";
import { element } from "./dom";
import { type Told, told } from "./telling";

const LONG = 3 * 60_000; // milliseconds after which nobody has to wait for what was sent

/** How a line looks: what is going on, went well, went wrong, or is only told. */
type Mood = "busy" | "done" | "wrong" | "calm";

export class Status {
  readonly line = element("p", { class: "status", role: "status", "aria-live": "polite" });
  private turn = 0;

  say(mood: Mood, text: string, ...more: (globalThis.Node | string)[]): void {
    this.turn++;
    this.line.dataset["mood"] = mood;
    this.line.replaceChildren(text, ...more);
  }

  step(line: Line, facts: Record<string, string> = {}): void {
    this.say("busy", say(line, facts));
  }

  /** Adds what the network asks for what the wallet shows. */
  fee(units: bigint, coin: string): void {
    this.line.append(" ", say("fee", { fee: roughly(units, 18, coin) }));
  }

  clear(): void {
    this.turn++;
    delete this.line.dataset["mood"];
    this.line.replaceChildren();
  }

  /** Tells of an error. */
  async fail(error: unknown): Promise<Told> {
    const found = await told(error);
    this.say(found.calm ? "calm" : "wrong", found.text);
    return found;
  }

  /** Shows a deal as it stands. */
  show(deal: Deal): void {
    const links = (deal.licenses ?? []).map((license) => {
      const link = element("a", { href: `/licenses/${license}` }, say("license_link", { license: short(license) }));
      return element("span", {}, " ", link);
    });
    const hash = deal.hash ? element("code", { title: deal.hash }, short(deal.hash)) : "";
    const { part = 1, parts = 1 } = deal;
    const done = say(LINES[deal.what] ?? "done") + (parts > part ? ` ${say("part_done", { part, parts })}` : "");
    if (deal.state === "confirmed") this.say("done", `${done} `, hash, ...links);
    else if (deal.state === "failed") this.say("wrong", say("failed", { why: deal.why || say("no_reason") }), " ", hash);
    else if (deal.state === "replaced") this.say("calm", say(deal.hash ? "replaced" : "given_up"));
    else if (deal.state === "asked") this.say("busy", `${say("asked")} `, this.giveUp(deal, "give_up"));
    else if (Date.now() - deal.asked < LONG) this.say("busy", `${say("sent")} `, hash);
    else this.say("busy", `${say("sent_long_ago")} `, hash, " ", this.giveUp(deal, "stop_waiting"));
  }

  /** Follows a deal to its end, and shows it all the while, unless the line is needed for something else. */
  async follow(node: Scene["node"], deal: Deal): Promise<Deal> {
    let turn = -1;
    let wasLost = false;
    const tell = (saying: () => void) => {
      if (turn >= 0 && turn !== this.turn) return;
      saying();
      turn = this.turn;
    };
    tell(() => this.show(deal));
    const done = await follow(node, deal, (isLost) => {
      if (isLost) tell(() => this.say("busy", say("node_lost_waiting")));
      else if (wasLost) tell(() => this.show(deal));
      wasLost = isLost;
    });
    tell(() => this.show(done));
    void this.stand(node, done, () => turn === this.turn);
    return done;
  }

  /** Says so if the chain takes back what it had confirmed. */
  private async stand(node: Scene["node"], deal: Deal, isShown: () => boolean): Promise<void> {
    const after = await stand(node, deal);
    if (after.state === "sent" && isShown()) await this.follow(node, after);
  }

  /** A way out for whoever knows better. Another attempt buys nothing twice: it has the salt of this one. */
  private giveUp(deal: Deal, words: Line): HTMLElement {
    const button = element("button", { type: "button", class: "quiet" }, say(words));
    button.addEventListener("click", () => {
      forget(deal);
      this.clear();
    });
    return button;
  }
}

const LINES: Record<string, Line> = {
  buy: "bought",
  basket: "bought",
  claim: "claimed",
  renew: "renewed",
  deposit: "deposited",
  register: "registered",
  publish: "published",
  approve: "approved",
  report: "reported",
  close: "closed",
  withdraw: "withdrawn",
};
