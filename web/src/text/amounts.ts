/** Amounts: exact, in a currency's smallest unit; shown and read with its decimals. */

import { formatUnits } from "viem/utils";

/** `1,025.50 TUSD`, as the server writes it: two digits after the point at least, and none rounded away. */
export function amount(units: bigint, decimals: number, symbol: string): string {
  const [whole = "", part = ""] = formatUnits(units, decimals).split(".");
  return `${decimals ? `${grouped(whole)}.${part.padEnd(2, "0")}` : grouped(whole)} ${symbol}`;
}

/** Digits in groups of three. */
export function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `0.000123 ETH`: an amount to about three digits. */
export function roughly(units: bigint, decimals: number, symbol: string): string {
  const digits = Math.max(0, units.toString().length - 3);
  const rounded = (units / 10n ** BigInt(digits)) * 10n ** BigInt(digits);
  return `${formatUnits(rounded, decimals)} ${symbol}`;
}

/** What somebody typed, in the smallest unit; null if it is no such amount. */
export function units(typed: string, decimals: number): bigint | null {
  const found = /^(\d{1,60})(?:\.(\d+))?$/.exec(typed.trim());
  const part = found?.[2] ?? "";
  if (!found || part.length > decimals) return null;
  return BigInt((found[1] ?? "") + part.padEnd(decimals, "0"));
}
