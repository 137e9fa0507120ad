/** `<div data-license data-license-id="0x…" data-kind="…">`: what can be done with a license: renewing, paying in, reporting. */

import type { Address, Hex } from "viem";

import { LicenseToken, encode } from "../chain/contracts";
import { NATIVE, type Members, type Order, licenseId, offerHash, readConditions, readOffer } from "../deals/offer";
import type { Plan } from "../deals/perform";
import { currencyOf } from "../deals/token";
import { type Config, api, config } from "../server";
import { amount } from "../text/amounts";
import { say, span } from "../text/say";
import { Action, keyOf } from "./action";
import { attribute, element } from "./dom";
import { Meter, provenConditions } from "./meter";
import { paid } from "./paid";
import { reporting } from "./report";

/** What the server's certificate says that the license's id proves. */
interface Certificate {
  offer: Record<string, unknown>;
  conditions: Record<string, unknown> | null;
  signature: Hex;
  licensee: Address;
  salt: Hex;
  title: string | null;
}

/** Brings a license's place to life. */
export async function mountLicense(place: HTMLElement): Promise<void> {
  const license = attribute(place, "data-license-id") as Hex;
  const settings = await config();
  const [kind, asset] = [place.getAttribute("data-kind"), place.getAttribute("data-asset")];
  const own = element("div");
  place.replaceChildren(own);
  if (asset) place.append(reporting(license, asset as Hex, settings));
  if (kind !== "subscription" && kind !== "metered") return; // what was bought for good needs nothing
  const sold = await api<Certificate>(`/api/licenses/${license}/certificate`);
  const order = proven(license, sold);
  const title = sold.title ?? "";
  if (kind === "subscription") return renewal(own, license, order, title, settings);
  const conditions: Members | null = sold.conditions && readConditions(sold.conditions);
  await new Meter(own, license, order, provenConditions(order, conditions), title, settings).begin();
}

/** The order that a license was bought with, if it leads to the license's id. */
function proven(license: Hex, sold: Certificate): Order {
  const { signature, licensee, salt } = sold;
  const order = { offer: readOffer(sold.offer), signature, quantity: 1n, licensee, salt };
  if (licenseId(offerHash(order.offer), licensee, salt) !== license) throw new Error("these are another license's terms");
  return order;
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
