/** A price in words. */

import { Kind, type Offer } from "../deals/offer";
import { currencyOf } from "../deals/token";
import type { Config } from "../server";
import { amount } from "../text/amounts";
import { say, span } from "../text/say";

/** `25.00 TUSD for 30 days`: what a purchase costs, and for how long it permits. */
export async function priceOf(settings: Config, offer: Offer, total: bigint): Promise<string> {
  const term = offer.duration === 0n ? say("for_ever") : say("for_span", { span: span(offer.duration) });
  if (offer.kind === BigInt(Kind.Free)) return `${say("free")} ${term}`;
  const { symbol, decimals } = await currencyOf(settings, offer.currency);
  if (offer.kind === BigInt(Kind.Metered)) {
    return `${say("metered", { price: amount(offer.price, decimals, symbol) })} ${term}`;
  }
  return `${amount(total, decimals, symbol)} ${term}`;
}
