/** Reporting a license's use: a CSV becomes a log, whose root goes on chain; the log itself stays with its reporter. */

import type { Address, Hex } from "viem";

import { UsageLedger, encode, read } from "../chain/contracts";
import { Node } from "../chain/node";
import { type Scene, send } from "../deals/perform";
import type { Deal } from "../deals/store";
import { NoLog, usageLog } from "../deals/usage";
import type { Config } from "../server";
import { say } from "../text/say";
import { Session } from "../wallet/session";
import { Action, keyOf } from "./action";
import { element } from "./dom";
import { download } from "./form";
import type { Status } from "./status";

/** A place for the form, which whoever may report sees. */
export function reporting(license: Hex, asset: Hex, settings: Config): HTMLElement {
  const place = element("div");
  const form = new ReportForm(license, asset, settings);
  let turn = 0;
  Session.watch((session) => {
    const now = ++turn;
    place.replaceChildren();
    if (!session) return;
    form.mayBeUsedBy(session.account).then((may) => {
      if (may && now === turn) place.replaceChildren(form.section);
    }, console.error);
  });
  return place;
}

class ReportForm {
  readonly section = element("details", {}, element("summary", {}, say("report_use")));
  private readonly file = element("input", { type: "file", accept: ".csv,text/csv" });
  private readonly document = element("p", { class: "actions" });

  constructor(
    private readonly license: Hex,
    private readonly asset: Hex,
    private readonly settings: Config,
  ) {
    const action = new Action(say("report"), () => this.key, (scene, status) => this.report(scene, status));
    const label = element("label", {}, say("report_file"), " ", this.file);
    this.section.append(element("p", {}, say("report_about")), element("p", {}, label));
    this.section.append(action.button, action.status.line, this.document);
    void action.resume();
  }

  mayBeUsedBy(account: Address): Promise<boolean> {
    const { rpc_url, contracts } = this.settings;
    return read(new Node(rpc_url), contracts.usage_ledger, UsageLedger, "isReporter", [this.license, account]);
  }

  private get key(): string {
    return `${this.settings.chain_id} report ${this.license}`;
  }

  private async report(scene: Scene, status: Status): Promise<Deal | null> {
    this.document.replaceChildren();
    const file = this.file.files?.[0];
    try {
      if (!file) throw new NoLog("usage_none");
      const log = await usageLog(file, this.license, this.asset);
      const plan = {
        ...{ key: keyOf(this.key, scene), what: "report", title: "", licenses: [this.license] },
        to: scene.config.contracts.usage_ledger,
        data: encode(UsageLedger, "anchor", [this.license, log.root, log.count, log.from, log.until]),
      };
      // Without its log nobody could prove a record: it is handed out before anything is sent.
      const words = say("file_usage", { count: String(log.count) });
      this.document.append(download(`${log.hash.slice(2)}.json`, log.text, words));
      return await send(scene, plan, () => status.step("asks_report"));
    } catch (error) {
      if (!(error instanceof NoLog)) throw error;
      status.say("wrong", say(error.line, error.facts));
      return null;
    }
  }
}
