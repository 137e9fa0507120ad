/** The wallet that somebody connected: its account and its network, as they are now. */

import type { Address, Hex } from "viem";

import { quantity } from "../chain/node";
import type { Call } from "../chain/node";
import type { Config } from "../server";
import { type Announced, wallets } from "./discovery";
import { pick } from "./picker";

const REMEMBERED = "licet.wallet";
const UNKNOWN_CHAIN = 4902;

/** There is no wallet in this browser. */
export class NoWallet extends Error {}
/** Somebody closed a list or refused in their wallet: no error, only an end. */
export class Declined extends Error {}
/** The account changed since something was begun. */
export class AccountChanged extends Error {}
/** The wallet stays on another network. */
export class WrongNetwork extends Error {}

/** A connected wallet, seen as one account; `changed` tells of another account or network. */
export class Session {
  private constructor(
    private readonly wallet: Announced,
    readonly account: Address,
  ) {}

  private static current: Session | null = null;
  private static readonly listeners = new Set<(session: Session | null) => void>();
  private static readonly watched = new WeakSet<object>();

  /** Tells of the session now, and of each one after it. */
  static watch(listener: (session: Session | null) => void): void {
    Session.listeners.add(listener);
    listener(Session.current);
  }

  /** The session now. */
  static get now(): Session | null {
    return Session.current;
  }

  /** The session of the last visit, if its wallet still says so; nothing is asked of anybody. */
  static async restore(): Promise<Session | null> {
    const remembered = recall();
    if (Session.current || !remembered) return Session.current;
    const wallet = (await wallets()).find((each) => each.info.rdns === remembered);
    const accounts = wallet ? await accountsOf(wallet, "eth_accounts").catch(() => []) : [];
    return wallet && accounts[0] ? Session.open(wallet, accounts[0]) : null;
  }

  /** The session; a wallet is chosen and asked for an account if there is none. */
  static async connect(): Promise<Session> {
    const restored = await Session.restore();
    if (restored) return restored;
    const choices = await wallets();
    const chosen = choices.length > 1 ? await pick(choices) : choices[0];
    if (chosen === undefined) throw new NoWallet("no wallet announces itself");
    if (chosen === null) throw new Declined("no wallet was chosen");
    const [account] = await accountsOf(chosen, "eth_requestAccounts");
    if (!account) throw new Declined("the wallet gave no account");
    return Session.open(chosen, account);
  }

  /** Forgets the wallet. */
  static leave(): void {
    remember(null);
    Session.become(null);
  }

  private static open(wallet: Announced, account: Address): Session {
    remember(wallet.info.rdns);
    const session = new Session(wallet, account);
    if (!Session.watched.has(wallet.provider)) {
      Session.watched.add(wallet.provider);
      wallet.provider.on?.("accountsChanged", (accounts: readonly Address[]) => {
        if (Session.current?.wallet.provider !== wallet.provider) return;
        const next = accounts[0];
        Session.become(next ? new Session(wallet, next) : null);
      });
    }
    Session.become(session);
    return session;
  }

  private static become(session: Session | null): void {
    Session.current = session;
    for (const listener of Session.listeners) listener(session);
  }

  get name(): string {
    return this.wallet.info.name;
  }

  /** Makes sure that the wallet is on the network of the contracts: asks it to switch, and to add it, only if it must. */
  async onNetwork(config: Config): Promise<void> {
    const chainId = quantity(config.chain_id);
    if ((await this.chain()) === config.chain_id) return;
    try {
      await this.request("wallet_switchEthereumChain", [{ chainId }]);
    } catch (error) {
      if (codeOf(error) !== UNKNOWN_CHAIN) throw error;
      const chain = {
        chainId,
        chainName: config.chain_name,
        rpcUrls: [new URL(config.rpc_url, location.href).href],
        nativeCurrency: { name: config.coin, symbol: config.coin, decimals: 18 },
      };
      await this.request("wallet_addEthereumChain", [chain]);
    }
    await this.stillOn(config);
  }

  /** Makes sure that nothing changed under what was begun: the same account, on the right network. */
  async stillOn(config: Config): Promise<void> {
    const [account] = await accountsOf(this.wallet, "eth_accounts");
    if (account?.toLowerCase() !== this.account.toLowerCase()) throw new AccountChanged(account);
    if ((await this.chain()) !== config.chain_id) throw new WrongNetwork();
  }

  /** The account's signature of a typed message (EIP-712). */
  sign(typed: unknown): Promise<Hex> {
    const text = JSON.stringify(typed, (_, value) => (typeof value === "bigint" ? value.toString() : value));
    return this.request("eth_signTypedData_v4", [this.account, text]);
  }

  /** The hash of a transaction that the wallet sent for the account. */
  send(call: Call): Promise<Hex> {
    return this.request("eth_sendTransaction", [{ ...call, from: this.account }]);
  }

  /** Whether the wallet sends several calls as one transaction, all or none (EIP-5792). */
  async batches(config: Config): Promise<boolean> {
    const chain = quantity(config.chain_id);
    type Capabilities = Record<string, { atomic?: { status?: string } }>;
    try {
      const found = await this.request<Capabilities>("wallet_getCapabilities", [this.account, [chain]]);
      return found[chain]?.atomic?.status === "supported";
    } catch {
      return false; // most wallets do not know the question
    }
  }

  /** The id under which the wallet knows several calls that it sends as one. */
  async sendAll(config: Config, calls: readonly Call[]): Promise<string> {
    const request = {
      ...{ version: "2.0.0", from: this.account, chainId: quantity(config.chain_id), atomicRequired: true },
      calls: calls.map(({ to, data, value }) => ({ to, data, value: value ?? "0x0" })),
    };
    return (await this.request<{ id: string }>("wallet_sendCalls", [request])).id;
  }

  /** What became of calls that were sent as one: the status of EIP-5792, and the transaction as soon as there is one. */
  async statusOf(id: string): Promise<{ status: number; hash: Hex | undefined }> {
    type Answer = { status: number; receipts?: { transactionHash: Hex }[] };
    const { status, receipts } = await this.request<Answer>("wallet_getCallsStatus", [id]);
    return { status, hash: receipts?.at(-1)?.transactionHash };
  }

  private async chain(): Promise<number> {
    return Number(await this.request<Hex>("eth_chainId"));
  }

  private request<T>(method: string, params: unknown[] = []): Promise<T> {
    return this.wallet.provider.request({ method, params }) as Promise<T>;
  }
}

/** The code of an error of EIP-1193 or JSON-RPC, however deep a wallet has wrapped it. */
export function codeOf(error: unknown, depth = 0): number | undefined {
  if (depth > 4 || typeof error !== "object" || error === null) return undefined;
  const members = error as Record<string, unknown>;
  for (const name of ["originalError", "data", "cause"]) {
    const inner = codeOf(members[name], depth + 1);
    if (inner !== undefined) return inner;
  }
  return typeof members["code"] === "number" ? members["code"] : undefined;
}

async function accountsOf(wallet: Announced, method: string): Promise<readonly Address[]> {
  return (await wallet.provider.request({ method })) as readonly Address[];
}

function recall(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null; // a browser may forbid it
  }
}

function remember(rdns: string | null): void {
  try {
    if (rdns === null) localStorage.removeItem(REMEMBERED);
    else localStorage.setItem(REMEMBERED, rdns);
  } catch {
    // It is asked for again next time.
  }
}
