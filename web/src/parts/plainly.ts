/** An offer in sentences: what somebody would sign, before they do. */

import { NATIVE } from "../deals/offer";
import type { Rare, Wish } from "../deals/offering";
import type { Rights } from "../deals/terms";
import { currencyOf } from "../deals/token";
import type { Config } from "../server";
import { amount } from "../text/amounts";
import { type OfferLine, tell } from "../text/offers";
import { language, short, span } from "../text/say";
import { useWord } from "../text/uses";
import { wordOf } from "./fields";

/** All that an offer says. */
export async function plainly(wish: Wish, settings: Config): Promise<string[]> {
  const { symbol, decimals } = await currencyOf(settings, wish.currency);
  const money = (units: bigint) => amount(units, decimals, symbol);
  return [...sale(wish, money), ...rights(wish.rights), ...rare(wish.rare, money)];
}

type Money = (units: bigint) => string;
type Facts = Record<string, string | bigint>;

/** A sentence, if there is something to say. */
function when(said: unknown, line: OfferLine, facts: Facts = {}): string[] {
  return said ? [tell(line, facts)] : [];
}

function* sale(wish: Wish, money: Money): Generator<string> {
  const runs = days(wish.days);
  yield tell(`tells_${wish.kind}`, { price: money(wish.price), uses: uses(wish.rights.uses) });
  yield wish.days ? tell("tells_days", { span: runs }) : tell("tells_for_ever");
  yield tell("tells_payee", { payee: short(wish.payee) });
  if (wish.start) {
    const day = new Date(Number(wish.start) * 1000).toISOString().slice(0, 10);
    yield tell("tells_start", { day });
  }
  yield* when(wish.saleDays, wish.start ? "tells_sale_then" : "tells_sale", { span: days(wish.saleDays) });
  yield* when(wish.supply, "tells_supply", { supply: wish.supply });
  yield* when(wish.exclusive, "tells_exclusive");
  yield tell(wish.transferable ? "tells_transferable" : "tells_bound");
  yield* when(wish.rare.royaltyBps, "tells_royalty", { percent: percent(wish.rare.royaltyBps) });
}

function* rights(said: Rights): Generator<string> {
  const named = (values: readonly string[]) => values.map((value) => wordOf(value)).join(tell("comma"));
  const models = said.models.join(tell("comma"));
  yield* when(said.prohibited.length, "tells_prohibited", { uses: uses(said.prohibited) });
  yield* when(said.users.length, "tells_users", { users: named(said.users) });
  yield* when(said.excludedUsers.length, "tells_excluded_users", { users: named(said.excludedUsers) });
  yield* when(said.territories.length, "tells_territories", { countries: countries(said.territories) });
  const excluded = countries(said.excludedTerritories);
  yield* when(said.excludedTerritories.length, "tells_excluded_territories", { countries: excluded });
  yield* when(said.models.length, "tells_models", { models });
  yield* when(said.attribution, "tells_attribution", { credit: said.attribution });
  yield* when(said.retention, "tells_retention", { span: span(said.retention) });
  yield* when(said.warranties.length, "tells_warranties", { words: named(said.warranties) });
  yield* when(said.disclaimers.length, "tells_disclaimers", { words: named(said.disclaimers) });
  for (const { rel, href } of said.links) yield tell("tells_link", { what: tell(`link_${rel}` as OfferLine), href });
}

function* rare(said: Rare, money: Money): Generator<string> {
  yield* when(said.revenueCeiling, "tells_ceiling", { price: money(said.revenueCeiling) });
  yield* when(said.approval, "tells_approval");
  yield* when(said.reciprocal, "tells_reciprocal");
  yield* when(said.sublicensable, "tells_sublicensable");
  yield* when(said.revocable, "tells_revocable");
  yield* when(said.refundBps, "tells_refund", { percent: percent(said.refundBps) });
  yield* when(said.resaleBps, "tells_resale", { percent: percent(said.resaleBps) });
  yield* when(said.reportWithin, "tells_report", { span: span(said.reportWithin) });
  yield* when(said.reporter !== NATIVE, "tells_reporter", { reporter: short(said.reporter) });
  yield* when(said.unitCap, "tells_unit_cap", { count: said.unitCap });
  yield* when(said.refundDelay, "tells_refund_delay", { span: span(said.refundDelay) });
}

function uses(chosen: readonly string[]): string {
  return chosen.map(useWord).join(tell("comma"));
}

function days(count: bigint): string {
  return span(count * 86_400n);
}

function percent(bps: bigint): string {
  return String(Number(bps) / 100);
}

/** Countries by their names, in the page's language, with their codes. */
function countries(codes: readonly string[]): string {
  const names = new Intl.DisplayNames(language(), { type: "region", fallback: "none" });
  return codes.map((code) => [names.of(code), code].filter(Boolean).join(" ")).join(tell("comma"));
}
