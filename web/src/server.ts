/** The server's JSON API: what it serves, and where the chain is. It never has a key, and is never believed about money. */

import type { Address, Hex } from "viem";

import { language } from "./text/say";

/** The server does not answer. */
export class ServerLost extends Error {}

/** The server says no; the message is the server's. */
export class ServerRefused extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export interface Currency {
  address: Address;
  symbol: string;
  decimals: number;
  permit: boolean;
}

export interface Config {
  chain_id: number;
  chain_name: string;
  coin: string; // the symbol of the chain's own
  rpc_url: string;
  contracts: {
    asset_registry: Address;
    license_token: Address;
    royalty_vault_factory: Address;
    usage_ledger: Address;
  };
  currencies: Currency[];
}

export interface Quote {
  total: string;
  currency: Address;
}

export interface OfferAnswer {
  hash: Hex;
  offer: Record<string, string | boolean>;
  signature: Hex;
  asset: Hex;
  title: string | null;
  preview: Hex | null;
  stands: boolean;
  why_not: string | null;
  why_not_text: string | null;
}

let settings: Promise<Config> | undefined;

/** Where the chain and the contracts are; asked once for each page. */
export function config(): Promise<Config> {
  settings ??= api<Config>("/api/config").catch((error: unknown) => {
    settings = undefined;
    throw error;
  });
  return settings;
}

export function offerOf(hash: Hex): Promise<OfferAnswer> {
  return api(`/api/offers/${hash}`);
}

export function quoteOf(hash: Hex, licensee: Address, quantity: number): Promise<Quote> {
  return api(`/api/offers/${hash}/quote?licensee=${licensee}&quantity=${quantity}`);
}

/** An answer of the API. */
export async function api<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  const asked = language() === "en" ? path : `${path}${path.includes("?") ? "&" : "?"}lang=${language()}`;
  try {
    response = await fetch(asked, { signal: AbortSignal.timeout(30_000), cache: "no-store", ...init });
  } catch (cause) {
    throw new ServerLost("the server does not answer", { cause });
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body as T;
  throw new ServerRefused(reason(body) ?? response.statusText, response.status);
}

function reason(body: unknown): string | undefined {
  const members = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const found = members["error"] ?? members["message"] ?? members["detail"];
  if (typeof found === "string") return found;
  return typeof found === "object" ? reason(found) : undefined;
}
