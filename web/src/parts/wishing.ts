/** The offer form, read: an offer that the contracts take and Python reads, or which field says something odd. */

import type { Address, Hex } from "viem";
import { getAddress } from "viem/utils";

import { NATIVE } from "../deals/offer";
import type { Rare, Wish } from "../deals/offering";
import { RELATIONS, type Rights } from "../deals/terms";
import { currencyOf } from "../deals/token";
import type { Config } from "../server";
import { grouped, units } from "../text/amounts";
import { type OfferLine, tell } from "../text/offers";
import { useWord } from "../text/uses";
import { say } from "../text/say";
import { ticked, typed, uriOf } from "./form";

const ADDRESS = /^0x(?!0{40}$)[0-9a-fA-F]{40}$/;
const COUNTRY = /^[A-Z]{2}$/;
const LINK = /^(https?:\/\/|mailto:)[^\s\p{C}]+$/u;
const DAY = 86_400n;
const MOST_DAYS = 36_500n;
const LAST_DAY = BigInt(Date.UTC(9999, 11, 31)) / 1000n;
const MOST = { supply: (1n << 32n) - 1n, cap: (1n << 56n) - 1n, ceiling: (1n << 96n) - 1n };

/** A field that says nothing an offer could be made of; the message says what it should. */
export class Odd extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** What the form says. Throws `Odd` for what no offer can say. */
export async function wishOf(form: HTMLFormElement, asset: Hex, settings: Config): Promise<Wish> {
  const kind = typed(form, "kind") as Wish["kind"];
  const other = typed(form, "other");
  if (other && !ADDRESS.test(other)) throw new Odd("other", tell("odd_currency"));
  const currency = other ? getAddress(other.toLowerCase()) : (typed(form, "currency") as Address);
  const { decimals } = await currencyOf(settings, currency);
  const rights = rightsOf(form);
  const price = kind === "Free" ? 0n : units(typed(form, "price"), decimals);
  if (price === null || (price === 0n && kind !== "Free")) throw new Odd("price", tell("odd_price"));
  const days = whole(form, "days", "license_days", MOST_DAYS);
  if (kind === "Subscription" && days === 0n) throw new Odd("days", tell("odd_subscription"));
  const transferable = typed(form, "transferable") !== "";
  if (kind === "Metered" && transferable) throw new Odd("transferable", tell("odd_metered"));
  const payee = typed(form, "payee");
  if (!ADDRESS.test(payee)) throw new Odd("payee", tell("odd_payee"));
  const uri = uriOf(form, "uri");
  if (uri === null) throw new Odd("uri", say("odd_uri"));
  return {
    ...{ asset, rights, kind, currency, price, days, transferable, uri },
    rare: rareOf(form, kind, transferable, decimals),
    payee: getAddress(payee.toLowerCase()),
    start: startOf(form),
    saleDays: whole(form, "saleDays", "sale_days", MOST_DAYS),
    supply: whole(form, "supply", "supply", MOST.supply),
    exclusive: typed(form, "exclusive") !== "",
  };
}

function rightsOf(form: HTMLFormElement): Rights {
  const [uses, prohibited] = [ticked(form, "uses"), ticked(form, "prohibited")];
  if (uses.length === 0) throw new Odd("uses", tell("odd_uses"));
  const both = prohibited.filter((use) => uses.includes(use));
  if (both.length > 0) {
    const named = both.map((use) => useWord(use)).join(tell("comma"));
    throw new Odd("prohibited", tell("odd_both", { uses: named }));
  }
  return {
    ...{ uses, prohibited, title: typed(form, "title"), text: typed(form, "text") },
    territories: countries(form, "territories"),
    excludedTerritories: countries(form, "excludedTerritories"),
    users: ticked(form, "users"),
    excludedUsers: ticked(form, "excludedUsers"),
    models: parts(typed(form, "models"), /[\r\n]+/),
    retention: whole(form, "retention", "retention", MOST_DAYS) * DAY,
    attribution: typed(form, "attribution"),
    warranties: ticked(form, "warranties"),
    disclaimers: ticked(form, "disclaimers"),
    links: RELATIONS.flatMap((rel) => link(form, rel)),
  };
}

function rareOf(form: HTMLFormElement, kind: Wish["kind"], transferable: boolean, decimals: number): Rare {
  const resaleBps = percent(form, "resale", "resale");
  if (resaleBps && !transferable) throw new Odd("resale", tell("odd_resale"));
  const reporter = typed(form, "reporter");
  if (reporter && !ADDRESS.test(reporter)) throw new Odd("reporter", tell("odd_reporter"));
  const revenueCeiling = units(typed(form, "ceiling") || "0", decimals);
  if (revenueCeiling === null || revenueCeiling > MOST.ceiling) {
    throw new Odd("ceiling", tell("odd_amount", { field: tell("ceiling") }));
  }
  const metered = (name: string, label: OfferLine, most: bigint) => {
    const found = whole(form, name, label, most);
    if (found && kind !== "Metered") throw new Odd(name, tell("odd_unit", { field: tell(label) }));
    return found;
  };
  return {
    ...{ resaleBps, revenueCeiling },
    royaltyBps: percent(form, "royalty", "royalty"),
    approval: typed(form, "approval") !== "",
    reciprocal: typed(form, "reciprocal") !== "",
    sublicensable: typed(form, "sublicensable") !== "",
    revocable: typed(form, "revocable") !== "",
    reportWithin: whole(form, "report", "report_within", MOST_DAYS) * DAY,
    refundBps: percent(form, "refund", "refund"),
    reporter: reporter ? getAddress(reporter.toLowerCase()) : NATIVE,
    unitCap: metered("unitCap", "unit_cap", MOST.cap),
    refundDelay: metered("refundDelay", "refund_delay", MOST_DAYS) * DAY,
  };
}

function startOf(form: HTMLFormElement): bigint {
  const day = typed(form, "start");
  if (!day) return 0n;
  const time = Date.parse(`${day}T00:00:00Z`);
  const start = Number.isNaN(time) ? -1n : BigInt(time) / 1000n;
  if (start < 0n || start > LAST_DAY) throw new Odd("start", tell("odd_day"));
  return start;
}

function whole(form: HTMLFormElement, name: string, label: OfferLine, most: bigint): bigint {
  const found = units(typed(form, name) || "0", 0);
  if (found === null || found > most) {
    throw new Odd(name, tell("odd_whole", { field: tell(label), most: grouped(String(most)) }));
  }
  return found;
}

/** A percentage, in basis points. */
function percent(form: HTMLFormElement, name: string, label: OfferLine): bigint {
  const found = units(typed(form, name) || "0", 2);
  if (found === null || found > 10_000n) throw new Odd(name, tell("odd_percent", { field: tell(label) }));
  return found;
}

function countries(form: HTMLFormElement, name: string): string[] {
  const codes = parts(typed(form, name).toUpperCase(), /[\s,;，、；]+/);
  const odd = codes.find((code) => !COUNTRY.test(code));
  if (odd !== undefined) throw new Odd(name, tell("odd_country", { code: odd }));
  return codes;
}

function link(form: HTMLFormElement, rel: (typeof RELATIONS)[number]): { rel: string; href: string }[] {
  const href = typed(form, `link_${rel}`);
  if (href && !LINK.test(href)) throw new Odd(`link_${rel}`, tell("odd_link", { field: tell(`link_${rel}`) }));
  return href ? [{ rel, href }] : [];
}

function parts(text: string, between: RegExp): string[] {
  return text.split(between).flatMap((part) => part.trim() || []);
}
