/** Making offers: what a form says, as an offer; signed for nothing, or published on chain. */

import type { Address, Hex } from "viem";

import { AssetRegistry, LicenseToken, RoyaltyVaultFactory, encode, read } from "../chain/contracts";
import { Kind, type Members, type Offer, conditionsHash, newSalt, offerMessage } from "./offer";
import { type Plan, type Scene, send } from "./perform";
import { type Share, merged, splitRoot } from "./split";
import type { Deal } from "./store";
import { type Rights, bitsOf, documentHash, offerDocument, termsDocument } from "./terms";

const DAY = 86_400n;
const NONE = `0x${"0".repeat(64)}` as const;

/** Somebody else holds the deed. */
export class NotHolder extends Error {
  constructor(readonly holder: Address) {
    super("another account holds the deed");
  }
}

/** What an offer seldom says, by the names of `Conditions`: shares in basis points, times in seconds. */
export interface Rare {
  royaltyBps: bigint;
  revenueCeiling: bigint;
  approval: boolean;
  reciprocal: boolean;
  sublicensable: boolean;
  revocable: boolean;
  reportWithin: bigint;
  refundBps: bigint;
  resaleBps: bigint;
  reporter: Address;
  unitCap: bigint;
  refundDelay: bigint;
}

/** What somebody offers, as the form has it; `start` is a unix second, 0 for at once. */
export interface Wish {
  asset: Hex;
  rights: Rights;
  rare: Rare;
  kind: keyof typeof Kind;
  currency: Address;
  price: bigint;
  payee: Address;
  days: bigint;
  start: bigint;
  saleDays: bigint;
  supply: bigint;
  exclusive: boolean;
  transferable: boolean;
  uri: string;
}

/** An offer with all that belongs to it. */
interface Draft {
  offer: Offer;
  conditions: Members;
  terms: string;
}

/** What signing gives: two documents, named by their hashes. */
export interface Signed {
  terms: { name: string; text: string };
  offer: { name: string; text: string };
}

/** Makes the offer of a wish, at the deed's present epoch. */
async function draft(scene: Scene, wish: Wish): Promise<Draft> {
  const { node, session, config } = scene;
  const deed = await read<{ holder: Address; epoch: number }>(
    ...[node, config.contracts.asset_registry, AssetRegistry, "deed", [wish.asset]] as const,
  );
  if (deed.holder.toLowerCase() !== session.account.toLowerCase()) throw new NotHolder(deed.holder);
  const terms = termsDocument(wish.rights);
  const conditions: Members = { ...wish.rare, salt: newSalt() };
  const now = await node.now();
  const offer: Offer = {
    licensor: deed.holder,
    assetId: wish.asset,
    epoch: BigInt(deed.epoch),
    payee: wish.payee,
    currency: wish.currency,
    price: wish.kind === "Free" ? 0n : wish.price,
    uses: bitsOf(wish.rights.uses),
    termsHash: await documentHash(terms),
    termsURI: wish.uri,
    start: wish.start,
    end: wish.saleDays ? (wish.start > now ? wish.start : now) + wish.saleDays * DAY : 0n,
    duration: wish.days * DAY,
    supply: wish.supply,
    kind: BigInt(Kind[wish.kind]),
    exclusive: wish.exclusive,
    transferable: wish.transferable,
    conditions: conditionsHash(conditions),
  };
  return { offer, conditions, terms };
}

/** Signs an offer; the wallet shows all of it. */
export async function signOffer(scene: Scene, wish: Wish, asking: () => void): Promise<Signed> {
  const { config, session } = scene;
  const { offer, conditions, terms } = await draft(scene, wish);
  await publishable(scene, offer, conditions);
  const token = config.contracts.license_token;
  await session.stillOn(config);
  asking();
  const signature = await session.sign(offerMessage(offer, conditions, config.chain_id, token));
  const text = offerDocument(config.chain_id, token, offer, conditions, signature.toLowerCase() as Hex);
  const named = async (document: string) => {
    return { name: `${(await documentHash(document)).slice(2)}.json`, text: document };
  };
  return { terms: await named(terms), offer: await named(text) };
}

/** Puts an offer on chain; returns its rights document, which has to be kept, and what was sent. */
export async function publishOffer(
  scene: Scene,
  wish: Wish,
  key: string,
  asking: () => void,
): Promise<{ deal: Deal; terms: Signed["terms"] }> {
  const { offer, conditions, terms } = await draft(scene, wish);
  const plan = publishing(scene, offer, conditions, key, wish.rights.title);
  const deal = await send(scene, plan, asking);
  return { deal, terms: { name: `${offer.termsHash.slice(2)}.json`, text: terms } };
}

/** Whether the contract would take the offer as it is: nobody signs what would not sell. */
async function publishable(scene: Scene, offer: Offer, conditions: Members): Promise<void> {
  const { to, data } = publishing(scene, offer, conditions, "", "");
  await scene.node.call({ from: scene.session.account, to, data });
}

function publishing(scene: Scene, offer: Offer, conditions: Members, key: string, title: string): Plan {
  return {
    ...{ key, title, what: "publish", to: scene.config.contracts.license_token },
    data: encode(LicenseToken, "publishOffer", [offer, conditions]),
  };
}

/** Publishes who shares, payee by payee; the deal is called by the address of their vault. */
export async function publishSplit(
  scene: Scene,
  shares: readonly Share[],
  key: string,
  asking: () => void,
): Promise<Deal> {
  const to = scene.config.contracts.royalty_vault_factory;
  const root = splitRoot(shares);
  const vault = await read<Address>(scene.node, to, RoyaltyVaultFactory, "vaultOf", [root, NONE]);
  const data = encode(RoyaltyVaultFactory, "publish", [root, NONE, NONE, "", merged(shares)]);
  return send(scene, { key, what: "publish", title: vault, to, data }, asking);
}
