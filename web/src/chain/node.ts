/** A node, asked by JSON-RPC. What a node can say is never asked of a wallet. */

import type { Address, Hex } from "viem";

const PATIENCE = 15_000; // milliseconds

/** The node does not answer, or not as a node does. */
export class NodeLost extends Error {}

/** The node answered with an error; `data` is what the contract returned, where it refused. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly code: number | undefined,
    readonly data: unknown,
  ) {
    super(message);
  }
}

/** A call or a transaction, as JSON-RPC names its parts. */
export interface Call {
  from?: Address;
  to: Address;
  data: Hex;
  value?: Hex;
  gas?: Hex;
}

export interface Transaction {
  hash: Hex;
  from: Address;
  to: Address | null;
  input: Hex;
  value: Hex;
  nonce: Hex;
  blockNumber: Hex | null;
}

export interface Receipt {
  status: Hex;
  blockNumber: Hex;
  transactionHash: Hex;
}

export class Node {
  constructor(readonly url: string) {}

  async ask<T>(method: string, ...params: unknown[]): Promise<T> {
    let answer: { result?: T; error?: { message?: string; code?: number; data?: unknown } };
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(PATIENCE),
      });
      answer = await response.json();
    } catch (cause) {
      throw new NodeLost("the node does not answer", { cause });
    }
    if (answer?.error) throw new Refused(answer.error.message ?? "", answer.error.code, answer.error.data);
    if (answer?.result === undefined) throw new NodeLost("what answers is no node");
    return answer.result;
  }

  /** What a call would return, were it the next transaction. */
  call(call: Call): Promise<Hex> {
    return this.ask("eth_call", call, "latest");
  }

  async number(): Promise<number> {
    return Number(await this.ask<Hex>("eth_blockNumber"));
  }

  /** Unix second of the newest block. */
  async now(): Promise<bigint> {
    const block = await this.ask<{ timestamp: Hex }>("eth_getBlockByNumber", "latest", false);
    return BigInt(block.timestamp);
  }

  /** How many transactions an account has sent, up to a block. */
  async nonce(account: Address, block: number | "latest" = "latest"): Promise<number> {
    const tag = block === "latest" ? block : quantity(block);
    return Number(await this.ask<Hex>("eth_getTransactionCount", account, tag));
  }

  async balance(account: Address): Promise<bigint> {
    return BigInt(await this.ask<Hex>("eth_getBalance", account, "latest"));
  }

  /** About what the network asks for a transaction, in its coin's smallest unit; null where the node cannot tell. */
  async fee(call: Call): Promise<bigint | null> {
    try {
      const asked = [this.ask<Hex>("eth_estimateGas", call), this.ask<Hex>("eth_gasPrice")];
      const [gas, price] = await Promise.all(asked);
      return BigInt(gas ?? 0) * BigInt(price ?? 0);
    } catch {
      return null;
    }
  }

  transaction(hash: Hex): Promise<Transaction | null> {
    return this.ask("eth_getTransactionByHash", hash);
  }

  receipt(hash: Hex): Promise<Receipt | null> {
    return this.ask("eth_getTransactionReceipt", hash);
  }
}

/** A number as JSON-RPC writes it. */
export function quantity(value: number | bigint): Hex {
  return `0x${value.toString(16)}`;
}
