/** A button that does one thing with a wallet, and the line below it that tells how far it has come. */

import { Node } from "../chain/node";
import { revive } from "../deals/follow";
import { type Scene, once } from "../deals/perform";
import { type Deal, deals, open, watchDeals } from "../deals/store";
import { type Config, config } from "../server";
import { Session } from "../wallet/session";
import { element, enable } from "./dom";
import { Status } from "./status";

/** What a button does: the deal that it sent, or nothing where there is none to follow. */
type Run = (scene: Scene, status: Status) => Promise<Deal | null>;

export class Action {
  readonly status = new Status();
  readonly button: HTMLButtonElement;
  private busy = false;
  private ready = true;

  /** `key` says what the action is for, without the account; two with one key never run at once. */
  constructor(
    words: string,
    private readonly key: (settings: Config) => string,
    private readonly run: Run,
    private readonly after: (deal: Deal) => void = () => {},
  ) {
    this.button = element("button", { type: "button", class: "primary" }, words);
    this.button.addEventListener("click", () => void this.click());
    watchDeals(() => void this.lock());
  }

  /** Whether it makes sense to press the button. */
  set enabled(ready: boolean) {
    this.ready = ready;
    void this.lock();
  }

  /** Goes on with what was begun before the page was loaded. */
  async resume(): Promise<void> {
    const settings = await config();
    const node = new Node(settings.rpc_url);
    await revive(node, settings.chain_id);
    const begun = this.begun(settings);
    if (begun) this.after(await this.status.follow(node, begun));
    await this.lock();
  }

  private async click(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    enable(this.button, false);
    try {
      const settings = await config();
      if (!this.ready || this.begun(settings)) return;
      const session = await Session.connect();
      await session.onNetwork(settings);
      const fee = (units: bigint) => this.status.fee(units, settings.coin);
      const scene = { config: settings, node: new Node(settings.rpc_url), session, fee };
      const sent = await once(keyOf(this.key(settings), scene), () => this.run(scene, this.status));
      if (sent) this.after(await this.status.follow(scene.node, sent));
    } catch (error) {
      await this.status.fail(error);
    } finally {
      this.busy = false;
      await this.lock();
    }
  }

  private async lock(): Promise<void> {
    const settings = await config().catch(() => null);
    const begun = settings !== null && this.begun(settings) !== undefined;
    enable(this.button, !this.busy && this.ready && !begun);
  }

  private begun(settings: Config): Deal | undefined {
    const prefix = `${this.key(settings)} `;
    return deals().find((deal) => open(deal) && deal.key.startsWith(prefix));
  }
}

/** Under what key an account does something. */
export function keyOf(key: string, scene: Scene): string {
  return `${key} ${scene.session.account.toLowerCase()}`;
}
