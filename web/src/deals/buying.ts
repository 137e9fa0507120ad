/** Buying: exactly the offer that was shown, at exactly the price that was shown, with as few prompts as there can be. */

import type { Address, Hex } from "viem";
import { keccak256 } from "viem/utils";

import { LicenseToken, encode } from "../chain/contracts";
import { type Call, Refused } from "../chain/node";
import { refusal, revertData } from "../chain/refusal";
import { type OfferAnswer, type Quote, offerOf, quoteOf } from "../server";
import { NATIVE, type Offer, type Order, licenseId, newSalt, offerHash, readOffer, totalOf } from "./offer";
import { AfterApproval, type Plan, type Scene, send, sendFirst, tryOut } from "./perform";
import { recall, settle } from "./salts";
import type { Deal } from "./store";
import { allowance, approval, balanceOf, domainOf, signPermit } from "./token";

/** The offer, or its price, is not what was shown. */
export class Changed extends Error {}
/** The account has less than what is asked. */
export class TooLittle extends Error {
  constructor(
    readonly has: bigint,
    readonly needs: bigint,
    readonly currency: Address,
  ) {
    super("not enough");
  }
}

/** What somebody saw when they clicked. */
export interface Shown {
  offer: Hex;
  quantity: number;
  total: bigint;
  currency: Address;
}

/** What is going on, for whoever looks at the page. */
export type Step = "reading" | "reset" | "approve" | "sign" | "confirm";
type Tell = (step: Step) => void;

/** Under what key an account's purchase of an offer stands. */
export function purchaseKey(chainId: number, offer: Hex, account: Address): string {
  return `${chainId} buy ${offer} ${account.toLowerCase()}`;
}

/** Buys licenses on one offer for the session's account. */
export async function buy(scene: Scene, shown: Shown, title: string, tell: Tell): Promise<Deal> {
  tell("reading");
  const key = purchaseKey(scene.config.chain_id, shown.offer, scene.session.account);
  const order = await orderOf(scene, shown, recall(key) ?? settle(key, newSalt()));
  const total = totalOf(order);
  const plan = purchase(scene, order, key, title);
  const paid = await pay(scene, plan, new Map([[order.offer.currency, total]]), tell, async (domain) => {
    const permit = await signPermit(scene.node, scene.session, domain, plan.to, total);
    return { ...plan, data: encode(LicenseToken, "buyWithPermit", [order, permit]) };
  });
  return finish(scene, paid, tell);
}

/** Buys on several offers in one transaction: all, or nothing. */
export async function buyBasket(scene: Scene, basket: readonly Shown[], tell: Tell): Promise<Deal> {
  tell("reading");
  const key = basketKey(scene, basket);
  const salt = recall(key) ?? settle(key, newSalt());
  const orders = await Promise.all(basket.map((shown) => orderOf(scene, shown, salt)));
  const sums = new Map<Address, bigint>();
  for (const order of orders) {
    sums.set(order.offer.currency, (sums.get(order.offer.currency) ?? 0n) + totalOf(order));
  }
  const plan: Plan = {
    ...{ key, title: "", what: "basket", to: scene.config.contracts.license_token },
    data: encode(LicenseToken, "buyBasket", [orders, false]),
    licenses: orders.flatMap(seats),
    offers: basket.map((shown) => shown.offer),
    value: sums.get(NATIVE) ?? 0n,
  };
  const paid = await pay(scene, plan, sums, tell, null);
  return finish(scene, paid, tell);
}

/** Under what key a basket stands: whatever the order of its offers. */
export function basketKey(scene: Scene, basket: readonly Shown[]): string {
  const offers = basket.map((shown) => shown.offer).sort();
  const digest = keccak256(`0x${offers.map((offer) => offer.slice(2)).join("")}`);
  return `${scene.config.chain_id} basket ${digest} ${scene.session.account.toLowerCase()}`;
}

/** The order for what was shown. The server is asked again, and believed in nothing that the offer's hash does not prove. */
async function orderOf(scene: Scene, shown: Shown, salt: Hex): Promise<Order> {
  const licensee = scene.session.account;
  const answer = await offerOf(shown.offer);
  const quantity = BigInt(shown.quantity);
  const order = { offer: proven(shown.offer, answer), signature: answer.signature, quantity, licensee, salt };
  if (totalOf(order) !== shown.total || !sameAddress(order.offer.currency, shown.currency)) {
    throw new Changed("the price is not the one shown");
  }
  if (!answer.stands) await tryOut(scene, purchase(scene, order, "", "")); // the contract says better why not
  checkQuote(shown, await quoteOf(shown.offer, licensee, shown.quantity));
  return order;
}

/** The offer that the server answers with, if it is the one of this hash. */
export function proven(hash: Hex, answer: OfferAnswer): Offer {
  const offer = readOffer(answer.offer);
  if (offerHash(offer) !== hash) throw new Changed("the server has another offer under this hash");
  return offer;
}

/** Makes sure that the server asks what the offer does. */
export function checkQuote(shown: Shown, quote: Quote): void {
  if (BigInt(quote.total) !== shown.total || !sameAddress(quote.currency, shown.currency)) {
    throw new Changed("the server asks another price than the offer");
  }
}

function sameAddress(one: Address, other: Address): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** The call that buys an order: drawn from the allowance, or paid in native coin. */
function purchase(scene: Scene, order: Order, key: string, title: string): Plan {
  return {
    ...{ key, title, what: "buy", to: scene.config.contracts.license_token },
    data: encode(LicenseToken, "buy", [order]),
    licenses: seats(order),
    ...(order.offer.currency === NATIVE ? { value: totalOf(order) } : {}),
  };
}

/** The ids of the licenses, seat by seat: seat i has the salt plus i. */
function seats(order: Order): Hex[] {
  const offer = offerHash(order.offer);
  return Array.from({ length: Number(order.quantity) }, (_, seat) => {
    const salt = (BigInt(order.salt) + BigInt(seat)) % (1n << 256n);
    return licenseId(offer, order.licensee, `0x${salt.toString(16).padStart(64, "0")}`);
  });
}

type Domain = NonNullable<Awaited<ReturnType<typeof domainOf>>>;

/** A plan as it is to be sent, and whether allowances were given for it. */
interface Paid {
  plan: Plan;
  approved: boolean;
}

/** Sees to it that the contract may draw what a plan costs.
 *
 * Where the allowance suffices, nothing is asked. Else an allowance of exactly the sum goes with the purchase, where the
 * wallet sends several calls as one: one window. Else the permit of a token that takes them goes with it: one signature,
 * one transaction. Else the allowance comes first, in a transaction of its own.
 */
export async function pay(
  scene: Scene,
  plan: Plan,
  sums: ReadonlyMap<Address, bigint>,
  tell: Tell,
  permitted: ((domain: Domain) => Promise<Plan>) | null,
): Promise<Paid> {
  const missing = await missingOf(scene, plan, sums);
  const first = missing[0];
  if (!first) return { plan, approved: false };
  await wouldSell(scene, plan);
  if (await scene.session.batches(scene.config)) {
    const first = await Promise.all(missing.map((each) => allowances(scene, plan.to, each)));
    return { plan: { ...plan, first: first.flat() }, approved: false };
  }
  const domains = await Promise.all(missing.map((each) => permitOf(scene, plan, each)));
  const permits = missing.flatMap((each, at) => (domains[at] ? [{ ...each, domain: domains[at] }] : []));
  const others = missing.filter((_, at) => !domains[at]);
  for (const each of others) await allow(scene, plan, each, tell);
  const approved = others.length > 0;
  if (permits.length === 0) return { plan, approved };
  try {
    return { plan: await withPermits(scene, plan, permits, tell, approved ? null : permitted), approved };
  } catch (error) {
    throw approved ? new AfterApproval(error) : error;
  }
}

/** The sums that the contract may not draw yet; throws where the account does not have one. */
async function missingOf(scene: Scene, plan: Plan, sums: ReadonlyMap<Address, bigint>): Promise<Missing[]> {
  const { node, session } = scene;
  const missing: Missing[] = [];
  for (const [currency, sum] of sums) {
    const has = await balanceOf(node, currency, session.account);
    if (has < sum) throw new TooLittle(has, sum, currency);
    if (currency === NATIVE || sum === 0n) continue;
    const before = await allowance(node, currency, session.account, plan.to);
    if (before < sum) missing.push({ currency, sum, before });
  }
  return missing;
}

/** How a permit for what is missing is signed; nothing where the token has none, or coins go along, which a permit cannot. */
async function permitOf(scene: Scene, plan: Plan, { currency }: Missing): Promise<Domain | null> {
  return plan.value ? null : domainOf(scene.node, currency, scene.config.chain_id);
}

/** The plan with permits before it, which the wallet is asked to sign. */
async function withPermits(
  scene: Scene,
  plan: Plan,
  permits: readonly (Missing & { domain: Domain })[],
  tell: Tell,
  permitted: ((domain: Domain) => Promise<Plan>) | null,
): Promise<Plan> {
  let data = plan.data;
  for (const { currency, sum, domain } of permits) {
    await scene.session.stillOn(scene.config);
    tell("sign");
    if (permitted && permits.length === 1) return permitted(domain);
    const permit = await signPermit(scene.node, scene.session, domain, plan.to, sum);
    data = encode(LicenseToken, "permitFirst", [currency, sum, permit, data]);
  }
  return { ...plan, data };
}

/** Allows the contract to draw what is missing, in transactions of their own. */
async function allow(scene: Scene, plan: Plan, missing: Missing, tell: Tell): Promise<void> {
  const calls = await allowances(scene, plan.to, missing);
  for (const [at, { data, to }] of calls.entries()) {
    const allowing = { ...plan, key: `${plan.key} approve`, what: "approve", to, value: 0n, data };
    await sendFirst(scene, allowing, () => tell(at < calls.length - 1 ? "reset" : "approve"));
  }
}

/** An allowance that does not suffice. */
interface Missing {
  currency: Address;
  sum: bigint;
  before: bigint;
}

/** The calls that allow exactly so much. Some currencies want an older allowance set to nothing first. */
async function allowances(scene: Scene, spender: Address, { currency, sum, before }: Missing): Promise<Call[]> {
  const [reset, wanted] = [0n, sum].map((much) => ({ to: currency, data: approval(spender, much) }));
  if (!reset || !wanted) return [];
  if (before === 0n) return [wanted];
  try {
    await scene.node.call({ from: scene.session.account, ...wanted });
    return [wanted];
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return [reset, wanted];
  }
}

/** Asks for the purchase itself, once it is known how it is paid. */
export async function finish(scene: Scene, paid: Paid, tell: Tell): Promise<Deal> {
  try {
    return await send(scene, paid.plan, () => tell("confirm"));
  } catch (error) {
    throw paid.approved ? new AfterApproval(error) : error;
  }
}

/** Whether all but the payment would succeed: it comes last, so its failure says that everything else was in order. */
async function wouldSell(scene: Scene, plan: Plan): Promise<void> {
  try {
    await tryOut(scene, plan);
  } catch (error) {
    const data = revertData(error);
    if (!data || (await refusal(data))?.name !== "TransferFromFailed") throw error;
  }
}
