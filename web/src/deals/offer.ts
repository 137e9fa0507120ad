/** Offers, and the licenses that follow from them: the same hashes as in Python and in the contracts. */

import type { Address, Hex } from "viem";
import { encodeAbiParameters, hashStruct, hashTypedData, keccak256, toHex } from "viem/utils";

/** How a license is paid for. */
export const Kind = { Sale: 0, Free: 1, Subscription: 2, Metered: 3 } as const;

export const NATIVE: Address = "0x0000000000000000000000000000000000000000";
export const PERPETUAL = (1n << 40n) - 1n;

const CONDITIONS = [
  { name: "royaltyBps", type: "uint16" },
  { name: "revenueCeiling", type: "uint96" },
  { name: "approval", type: "bool" },
  { name: "reciprocal", type: "bool" },
  { name: "sublicensable", type: "bool" },
  { name: "revocable", type: "bool" },
  { name: "reportWithin", type: "uint32" },
  { name: "refundBps", type: "uint16" },
  { name: "resaleBps", type: "uint16" },
  { name: "reporter", type: "address" },
  { name: "unitCap", type: "uint56" },
  { name: "refundDelay", type: "uint32" },
  { name: "salt", type: "bytes32" },
] as const;

const OFFER = [
  { name: "licensor", type: "address" },
  { name: "assetId", type: "bytes32" },
  { name: "epoch", type: "uint32" },
  { name: "payee", type: "address" },
  { name: "currency", type: "address" },
  { name: "price", type: "uint256" },
  { name: "uses", type: "uint32" },
  { name: "termsHash", type: "bytes32" },
  { name: "termsURI", type: "string" },
  { name: "start", type: "uint40" },
  { name: "end", type: "uint40" },
  { name: "duration", type: "uint32" },
  { name: "supply", type: "uint32" },
  { name: "kind", type: "uint8" },
  { name: "exclusive", type: "bool" },
  { name: "transferable", type: "bool" },
  { name: "conditions", type: "Conditions" },
] as const;

const TYPES = { Offer: OFFER, Conditions: CONDITIONS };
const TYPE_HASH = keccak256(toHex(encodedType("Offer", OFFER) + encodedType("Conditions", CONDITIONS)));

type Member = { name: string; type: string };
/** A struct's members by their Solidity names: strings, booleans and integers. */
export type Members = Record<string, string | boolean | bigint>;

/** What an offer says. */
export interface Offer extends Members {
  licensor: Address;
  assetId: Hex;
  payee: Address;
  currency: Address;
  price: bigint;
  uses: bigint;
  start: bigint;
  end: bigint;
  duration: bigint;
  supply: bigint;
  kind: bigint;
  termsHash: Hex;
  termsURI: string;
  conditions: Hex;
}

/** What a buyer asks for, as the contracts take it. */
export interface Order {
  offer: Offer;
  signature: Hex;
  quantity: bigint;
  licensee: Address;
  salt: Hex;
}

/** An offer as the API writes it, read: integers from decimal strings. Members that are missing or odd are refused. */
export function readOffer(json: Members | Record<string, unknown>): Offer {
  return readMembers(
    json,
    OFFER.map((member) => (member.name === "conditions" ? { ...member, type: "bytes32" } : member)),
  ) as Offer;
}

/** An offer's conditions as the API writes them. */
export function readConditions(json: Record<string, unknown>): Members {
  return readMembers(json, CONDITIONS);
}

function readMembers(json: Record<string, unknown>, members: readonly Member[]): Members {
  return Object.fromEntries(members.map((member) => [member.name, readMember(json[member.name], member)]));
}

function readMember(value: unknown, { name, type }: Member): string | boolean | bigint {
  if (type === "bool" && typeof value === "boolean") return value;
  if (type.startsWith("uint") && /^\d+$/.test(String(value))) return BigInt(String(value));
  if (typeof value === "string" && type !== "bool" && !type.startsWith("uint")) return value;
  throw new Error(`${name} is no ${type}`);
}

/** The offer's identity: its EIP-712 struct hash, made from its conditions' hash. */
export function offerHash(offer: Offer): Hex {
  const words = OFFER.map(({ name, type }) => {
    if (name === "termsURI") return { type: "bytes32", value: keccak256(toHex(offer.termsURI)) };
    return { type: type === "Conditions" ? "bytes32" : type, value: offer[name] };
  });
  return keccak256(
    encodeAbiParameters(
      [{ type: "bytes32" }, ...words.map(({ type }) => ({ type }))],
      [TYPE_HASH, ...words.map(({ value }) => value)],
    ),
  );
}

/** What an offer names its conditions by. */
export function conditionsHash(conditions: Members): Hex {
  const types: Record<string, readonly Member[]> = { Conditions: CONDITIONS };
  return hashStruct({ data: conditions, primaryType: "Conditions", types });
}

/** The message that a licensor signs, with the conditions in full. */
export function offerMessage(offer: Offer, conditions: Members, chainId: number, contract: Address) {
  return {
    types: { EIP712Domain: domainTypes, ...TYPES },
    primaryType: "Offer" as const,
    domain: { name: "Licet", version: "1", chainId, verifyingContract: contract },
    message: { ...offer, conditions },
  };
}

/** What is signed: the digest of the message. */
export function offerDigest(message: ReturnType<typeof offerMessage>): Hex {
  return hashTypedData(message as Parameters<typeof hashTypedData>[0]);
}

/** The id of the license that a sale gives: keccak256(abi.encode(offer hash, licensee, salt)). */
export function licenseId(offer: Hex, licensee: Address, salt: Hex): Hex {
  return keccak256(
    encodeAbiParameters([{ type: "bytes32" }, { type: "address" }, { type: "bytes32" }], [offer, licensee, salt]),
  );
}

/** What an order costs at the sale; what is metered is paid later. */
export function totalOf(order: Pick<Order, "offer" | "quantity">): bigint {
  return order.offer.kind === BigInt(Kind.Metered) ? 0n : order.offer.price * order.quantity;
}

/** A salt that nobody has used; zeros in front cost less gas. */
export function newSalt(): Hex {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return toHex(bytes).replace("0x", `0x${"0".repeat(48)}`) as Hex;
}

export const domainTypes = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
] as const;

function encodedType(name: string, members: readonly Member[]): string {
  return `${name}(${members.map((member) => `${member.type} ${member.name}`).join(",")})`;
}
