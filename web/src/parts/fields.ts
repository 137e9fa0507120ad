/** The fields of the offer form: what every offer says, and, folded away, what few do. */

import type { Address } from "viem";

import { Kind, NATIVE } from "../deals/offer";
import { DISCLAIMERS, RELATIONS, USERS, USES, WARRANTIES } from "../deals/terms";
import type { Config } from "../server";
import { type OfferLine, tell } from "../text/offers";
import { useWord } from "../text/uses";
import { element } from "./dom";
import { area, box, boxes, choice, field, group } from "./form";

const NUMBER = { inputmode: "numeric", value: "0" };
const PLAIN = { spellcheck: "false" };

/** What each offer has to say; `shares` stands below the payee. */
export function mainFields(settings: Config, account: Address, shares: HTMLElement): HTMLElement[] {
  const currencies = settings.currencies.map((each) => [each.address, each.symbol] as const);
  const kinds = (Object.keys(Kind) as (keyof typeof Kind)[]).map((kind) => [kind, tell(`kind_${kind}`)] as const);
  return [
    boxes("uses", tell("uses"), words(USES, useWord)),
    choice("kind", tell("kind"), kinds),
    field("price", tell("price"), { inputmode: "decimal" }),
    choice("currency", tell("currency"), [...currencies, [NATIVE, "ETH"]]),
    field("other", tell("other_currency"), PLAIN),
    field("days", tell("license_days"), { ...NUMBER, value: "365" }),
    field("saleDays", tell("sale_days"), NUMBER),
    field("supply", tell("supply"), NUMBER),
    field("royalty", tell("royalty"), { ...NUMBER, inputmode: "decimal" }),
    field("payee", tell("payee"), { value: account, ...PLAIN }),
    shares,
    box("exclusive", tell("exclusive")),
    box("transferable", tell("transferable")),
    field("title", tell("terms_title")),
    area("text", tell("terms_text")),
    field("uri", tell("terms_uri"), { type: "url", inputmode: "url" }),
  ];
}

/** What is rarely said: folded away until somebody looks for it. */
export function rareFields(): HTMLDetailsElement {
  const percent = { ...NUMBER, inputmode: "decimal" };
  return element(
    "details",
    {},
    element("summary", {}, tell("more_terms")),
    group(tell("group_sale"), field("start", tell("start_day"), { type: "date" })),
    boxes("prohibited", tell("group_forbidden"), words(USES, useWord)),
    group(
      tell("group_who"),
      field("territories", tell("territories"), PLAIN),
      field("excludedTerritories", tell("excluded_territories"), PLAIN),
      boxes("users", tell("users"), words(USERS, wordOf)),
      boxes("excludedUsers", tell("excluded_users"), words(USERS, wordOf)),
      area("models", tell("models")),
    ),
    group(
      tell("group_duties"),
      field("attribution", tell("attribution")),
      field("retention", tell("retention"), NUMBER),
      field("report", tell("report_within"), NUMBER),
      field("reporter", tell("reporter"), PLAIN),
    ),
    group(
      tell("group_derived"),
      field("ceiling", tell("ceiling"), { inputmode: "decimal" }),
      box("approval", tell("approval")),
      box("reciprocal", tell("reciprocal")),
    ),
    group(
      tell("group_end"),
      box("revocable", tell("revocable")),
      field("refund", tell("refund"), percent),
      box("sublicensable", tell("sublicensable")),
      field("resale", tell("resale"), percent),
    ),
    group(
      tell("group_metered"),
      field("unitCap", tell("unit_cap"), NUMBER),
      field("refundDelay", tell("refund_delay"), NUMBER),
    ),
    group(
      tell("group_answer"),
      boxes("warranties", tell("warranties"), words(WARRANTIES, wordOf)),
      boxes("disclaimers", tell("disclaimers"), words(DISCLAIMERS, wordOf)),
    ),
    group(
      tell("group_links"),
      ...RELATIONS.map((relation) => field(`link_${relation}`, tell(`link_${relation}`), PLAIN)),
    ),
  );
}

/** The words of some values, as a form lists them. */
function words(values: readonly string[], called: (value: string) => string): (readonly [string, string])[] {
  return values.map((value) => [value, called(value)]);
}

/** What a word of the terms is called. */
export function wordOf(value: string): string {
  return tell(`said_${value.replaceAll("-", "_")}` as OfferLine);
}
