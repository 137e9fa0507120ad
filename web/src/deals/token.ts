/** A currency as the chain has it: balances, allowances, permits (EIP-2612). */

import type { Address, Hex } from "viem";
import { hashStruct, keccak256, toHex } from "viem/utils";

import { Token, encode, read } from "../chain/contracts";
import { Node, NodeLost, Refused } from "../chain/node";
import type { Config, Currency } from "../server";
import type { Session } from "../wallet/session";
import { NATIVE, domainTypes } from "./offer";

const PERMIT_SECONDS = 3600n;
const MOST_SYMBOL = 16; // letters; a token may say anything

/** What some tokens say beside: the version of their domain, and which kind of permits they take (DAI's are another). */
const EXTRA = [
  { type: "function", name: "version", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "string" }] },
  { type: "function", name: "PERMIT_TYPEHASH", stateMutability: "view", inputs: [], outputs: [{ name: "", type: "bytes32" }] },
] as const;

const PERMIT_TYPEHASH = keccak256(
  toHex("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
);

const PERMIT = [
  { name: "owner", type: "address" },
  { name: "spender", type: "address" },
  { name: "value", type: "uint256" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
] as const;

/** A signed permit, as `buyWithPermit` takes it. */
export interface Permit {
  deadline: bigint;
  v: number;
  r: Hex;
  s: Hex;
}

/** What people call a currency, and how many digits it has after the point. */
export type Named = Pick<Currency, "symbol" | "decimals">;

const asked = new Map<Address, Promise<Named>>();

/** A currency, by what the server says of it, else by what it says itself; without a name, in its smallest unit. */
export function currencyOf(settings: Config, address: Address): Promise<Named> {
  if (/^0x0*$/.test(address)) return Promise.resolve({ symbol: settings.coin, decimals: 18 });
  const listed = settings.currencies.find((each) => each.address.toLowerCase() === address.toLowerCase());
  if (listed) return Promise.resolve(listed);
  const known = asked.get(address) ?? named(new Node(settings.rpc_url), address);
  asked.set(address, known);
  known.catch(() => asked.delete(address)); // it is asked again next time
  return known;
}

async function named(node: Node, token: Address): Promise<Named> {
  try {
    const [symbol, decimals] = await Promise.all([
      read<string>(node, token, Token, "symbol"),
      read<number>(node, token, Token, "decimals"),
    ]);
    return { symbol: symbol.replace(/\p{C}/gu, "").slice(0, MOST_SYMBOL), decimals };
  } catch (error) {
    if (error instanceof NodeLost) throw error;
    return { symbol: token, decimals: 0 };
  }
}

/** What an account has of a currency. */
export function balanceOf(node: Node, currency: Address, account: Address): Promise<bigint> {
  return currency === NATIVE ? node.balance(account) : read(node, currency, Token, "balanceOf", [account]);
}

/** What a contract may take from an account. */
export function allowance(node: Node, currency: Address, account: Address, spender: Address): Promise<bigint> {
  return read(node, currency, Token, "allowance", [account, spender]);
}

/** The data of a call that allows a contract exactly so much. */
export function approval(spender: Address, amount: bigint): Hex {
  return encode(Token, "approve", [spender, amount]);
}

/** Whether a permit for this token can be signed here: it has them, and its domain is what its name and version say. */
export async function domainOf(node: Node, token: Address, chainId: number) {
  try {
    const [name, version, kind, nonce, separator] = await Promise.all([
      read<string>(node, token, Token, "name"),
      read<string>(node, token, EXTRA, "version").catch(otherwise("1")),
      read<Hex>(node, token, EXTRA, "PERMIT_TYPEHASH").catch(otherwise(PERMIT_TYPEHASH)),
      read<bigint>(node, token, Token, "nonces", [NATIVE]),
      read<Hex>(node, token, Token, "DOMAIN_SEPARATOR"),
    ]);
    const domain = { name, version, chainId, verifyingContract: token };
    const data = { ...domain, chainId: BigInt(chainId) };
    const expected = hashStruct({ data, primaryType: "EIP712Domain", types: { EIP712Domain: domainTypes } });
    return nonce >= 0n && kind === PERMIT_TYPEHASH && expected === separator ? domain : null;
  } catch (error) {
    return otherwise(null)(error);
  }
}

/** The account's permit for a contract to take exactly so much; the wallet asks for it. */
export async function signPermit(
  node: Node,
  session: Session,
  domain: NonNullable<Awaited<ReturnType<typeof domainOf>>>,
  spender: Address,
  value: bigint,
): Promise<Permit> {
  const [nonce, now] = await Promise.all([
    read<bigint>(node, domain.verifyingContract, Token, "nonces", [session.account]),
    node.now(),
  ]);
  const deadline = now + PERMIT_SECONDS;
  const signature = await session.sign({
    types: { EIP712Domain: domainTypes, Permit: PERMIT },
    primaryType: "Permit",
    domain,
    message: { owner: session.account, spender, value, nonce, deadline },
  });
  return { deadline, ...parts(signature) };
}

/** The parts of a signature of 65 bytes; wallets write the last one as 0, 1, 27 or 28. */
function parts(signature: Hex): Omit<Permit, "deadline"> {
  if (!/^0x[0-9a-f]{130}$/i.test(signature)) throw new Error("the signature does not have 65 bytes");
  const last = Number(`0x${signature.slice(130)}`);
  return { v: last < 27 ? last + 27 : last, r: `0x${signature.slice(2, 66)}`, s: `0x${signature.slice(66, 130)}` };
}

/** What stands for an answer that a contract does not have; other failures stay failures. */
function otherwise<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Refused || (error as Error).name.endsWith("ZeroDataError")) return value;
    throw error;
  };
}
