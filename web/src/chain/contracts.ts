/** Calls of Licet's contracts: encoded, asked, decoded. */

import type { Abi, Address, Hex } from "viem";
import { decodeFunctionResult, encodeFunctionData } from "viem/utils";

import type { Node } from "./node";

export { AssetRegistry, LicenseToken, RoyaltyVaultFactory, TestDollar as Token, UsageLedger } from "generated/abi";

/** The data of a call. */
export function encode(abi: Abi, functionName: string, args: readonly unknown[]): Hex {
  return encodeFunctionData({ abi, functionName, args });
}

/** What a contract says; `Result` is what its function returns, as viem decodes it. */
export async function read<Result>(
  node: Node,
  to: Address,
  abi: Abi,
  functionName: string,
  args: readonly unknown[] = [],
): Promise<Result> {
  const data = await node.call({ to, data: encode(abi, functionName, args) });
  return decodeFunctionResult({ abi, functionName, data }) as Result;
}
