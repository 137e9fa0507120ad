/** `<div data-license data-license-id="0x…" data-kind="…">`: what can be done with a license: renewing, paying in. */

import type { Address, Hex } from "viem";

import { LicenseToken, Token, UsageLedger, encode, read } from "../chain/contracts";
import { Node } from "../chain/node";
import { finish, pay } from "../deals/buying";
import { NATIVE, type Order, licenseId, offerHash, readOffer } from "../deals/offer";
import { type Plan, type Scene, send } from "../deals/perform";
import { currencyOf } from "../deals/token";
import { type Config, api, config } from "../server";
import { amount, units } from "../text/amounts";
import { say, span } from "../text/say";
import { Action, keyOf } from "./action";
import { attribute, element } from "./dom";
import type { Status } from "./status";

/** What the server's certificate says that the license's id proves. */
interface Certificate {
  offer: Record<string, unknown>;
  signature: Hex;
  licensee: Address;
  salt: Hex;
  title: string | null;
}

interface Account {
  currency: Address;
  settled: number;
  closesAt: number;
}

/** Brings a license's place to life; there is nothing to do with one that was bought for good. */
export async function mountLicense(place: HTMLElement): Promise<void> {
  const kind = place.getAttribute("data-kind");
  if (kind !== "subscription" && kind !== "metered") return;
  const license = attribute(place, "data-license-id") as Hex;
  const [settings, sold] = await Promise.all([
    config(),
    api<Certificate>(`/api/licenses/${license}/certificate`),
  ]);
  const { signature, licensee, salt } = sold;
  const order = { offer: readOffer(sold.offer), signature, quantity: 1n, licensee, salt };
  if (licenseId(offerHash(order.offer), licensee, salt) !== license) throw new Error("these are another license's terms");
  const title = sold.title ?? "";
  await (kind === "metered" ? deposit : renewal)(place, license, order, title, settings);
}

async function renewal(place: HTMLElement, license: Hex, order: Order, title: string, settings: Config): Promise<void> {
  const { currency, price, duration } = order.offer;
  const { symbol, decimals } = await currencyOf(settings, currency);
  const shown = amount(price, decimals, symbol);
  const line = element("p", { class: "price" }, say("renew_for", { price: shown, span: span(duration) }));
  const key = `${settings.chain_id} renew ${license}`;
  const action = new Action(say("renew"), () => key, async (scene, status) => {
    const plan: Plan = {
      ...{ key: keyOf(key, scene), title, what: "renew", to: scene.config.contracts.license_token },
      data: encode(LicenseToken, "renew", [order]),
      licenses: [license],
      ...(currency === NATIVE ? { value: price } : {}),
    };
    return paid(scene, status, plan, currency, price, shown);
  });
  place.replaceChildren(line, action.button, action.status.line);
  await action.resume();
}

async function deposit(place: HTMLElement, license: Hex, order: Order, title: string, settings: Config): Promise<void> {
  const { currency } = order.offer;
  const node = new Node(settings.rpc_url);
  const ledger = settings.contracts.usage_ledger;
  const { symbol, decimals } = await currencyOf(settings, currency);
  const input = element("input", { inputmode: "decimal", autocomplete: "off", required: "" });
  const label = element("label", {}, say("deposit_amount", { currency: symbol }), " ", input);
  const key = `${settings.chain_id} deposit ${license}`;
  const action = new Action(say("deposit"), () => key, async (scene, status) => {
    const sum = units(input.value, decimals);
    if (!sum) {
      status.say("wrong", say("amount_odd", { decimals }));
      return null;
    }
    const shown = amount(sum, decimals, symbol);
    const grant = { offer: order.offer, licensee: order.licensee, salt: order.salt };
    const base = { key: keyOf(key, scene), title, what: "deposit", licenses: [license] };
    const account = await read<Account>(node, ledger, UsageLedger, "account", [license]);
    if (currency !== NATIVE && account.closesAt === OPEN) {
      // An open account's deposit is paid by a plain transfer: one prompt, and no allowance.
      const purse = await read<Address>(node, ledger, UsageLedger, "depositOf", [license]);
      const plan = { ...base, to: currency, data: encode(Token, "transfer", [purse, sum]) };
      return send(scene, plan, () => status.step("asks_deposit", { price: shown }));
    }
    const plan: Plan = {
      ...{ ...base, to: ledger, data: encode(UsageLedger, "deposit", [grant, sum]) },
      ...(currency === NATIVE ? { value: sum } : {}),
    };
    return paid(scene, status, plan, currency, sum, shown);
  });
  place.replaceChildren(label, action.button, action.status.line);
  await action.resume();
}

const OPEN = 2 ** 40 - 1; // an account's `closesAt` before anybody has asked for its rest

/** Sends a call that draws from the allowance, which is given first where it is missing. */
async function paid(scene: Scene, status: Status, plan: Plan, currency: Address, sum: bigint, shown: string) {
  const tell = (step: string) => status.step(step === "approve" ? "asks_approve" : "asks_deposit", { price: shown });
  return finish(scene, await pay(scene, plan, new Map([[currency, sum]]), tell, null), tell);
}
