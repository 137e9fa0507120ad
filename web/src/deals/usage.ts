/** Reports of use: records from a CSV, their root and their log, in the very bytes that Python writes. */

import type { Hex } from "viem";

import { NoCatalog, catalogRoot, parseCsv } from "./catalog";
import { USES, canonical, documentHash } from "./terms";

/** The most records that a page takes; longer logs are the command line's. */
export const MOST_RECORDS = 100_000;

/** A file that makes no log of use. */
export class NoLog extends Error {
  constructor(
    readonly line: "csv_odd" | "csv_row" | "usage_columns" | "usage_none" | "usage_many" | "usage_twice",
    readonly facts: Record<string, string | number> = {},
  ) {
    super(line);
  }
}

/** A period's records: their document, its hash, and what is anchored of it. */
export interface Log {
  text: string;
  hash: Hex;
  root: Hex;
  count: bigint;
  from: bigint;
  until: bigint;
}

const WIDER: Record<string, readonly string[]> = {
  "data-mining": ["mine", "train", "train-generative", "augment"],
  "ai-training": ["train", "train-generative"],
  "gen-ai": ["train-generative"],
  "ai-augment": ["augment"],
};
const UNITS = 1n << 56n;
const TIMES = 1n << 40n;
const MOMENT = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(Z|[+-]\d\d:\d\d)?)?$/;

type Row = Record<string, string>;
type Entry = Record<string, string | string[]>;

/** The log of one license's use that a CSV has: columns uses and from, and maybe units, until, work and reference. */
export async function usageLog(file: File, licenseId: Hex, assetId: Hex): Promise<Log> {
  const rows = rowsOf(await file.text());
  const records = rows.map((row, at) => recordOf(row, at + 1, licenseId, assetId));
  const texts = records.map(canonical);
  if (new Set(texts).size !== texts.length) throw new NoLog("usage_twice");
  const hashes = await Promise.all(texts.map(documentHash));
  const times = (name: string) => records.map((record) => BigInt(String(record[name])));
  const from = times("from").reduce((a, b) => (b < a ? b : a));
  const until = times("until").reduce((a, b) => (b > a ? b : a));
  const log = { type: "licet/usage/1", licenseId, from: String(from), until: String(until), records };
  const text = canonical(log);
  const root = catalogRoot(hashes.map((hash) => ({ id: "", sha256: hash.slice(2) })));
  return { text, hash: await documentHash(text), root, count: BigInt(records.length), from, until };
}

function rowsOf(text: string): Row[] {
  let cells: string[][];
  try {
    cells = parseCsv(text.replace(/^\ufeff/, ""));
  } catch (error) {
    if (error instanceof NoCatalog) throw new NoLog("csv_row", error.facts);
    throw error;
  }
  const [header, ...rows] = cells;
  if (!header || new Set(header).size !== header.length) throw new NoLog("csv_odd");
  if (!header.includes("uses") || !header.includes("from")) throw new NoLog("usage_columns");
  if (rows.length === 0) throw new NoLog("usage_none");
  if (rows.length > MOST_RECORDS) throw new NoLog("usage_many", { most: MOST_RECORDS });
  return rows.map((row, at) => {
    if (row.length !== header.length) throw new NoLog("csv_row", { row: at + 1 });
    return Object.fromEntries(header.map((column, place) => [column, (row[place] ?? "").trim()]));
  });
}

function recordOf(row: Row, number: number, licenseId: Hex, assetId: Hex): Entry {
  const odd = new NoLog("csv_row", { row: number });
  const uses = usesOf(row["uses"] ?? "");
  const units = row["units"] || "1";
  const from = momentOf(row["from"] ?? "", false);
  const until = row["until"] ? momentOf(row["until"], true) : from;
  const work = (row["work"] ?? "").replace(/^0x/, "").toLowerCase();
  const others = [row["license"] || licenseId, row["asset"] || assetId].join().toLowerCase();
  if (!uses || !/^\d+$/.test(units) || from === null || until === null) throw odd;
  if (BigInt(units) === 0n || BigInt(units) >= UNITS || from === 0n || from > until || until >= TIMES) throw odd;
  if ((work && !/^[0-9a-f]{64}$/.test(work)) || others !== `${licenseId},${assetId}`) throw odd;
  return {
    ...{ assetId, licenseId, uses, units: String(BigInt(units)), from: String(from), until: String(until) },
    ...(work ? { work } : {}),
    ...(row["reference"] ? { reference: row["reference"] } : {}),
  };
}

/** The uses that are named, in the order of their bits; null for a name that is none. */
function usesOf(text: string): string[] | null {
  const names = text.split(/[|,]/).map((name) => name.trim().toLowerCase());
  const found = new Set<string>();
  for (const name of names) {
    const leaves = (USES as readonly string[]).includes(name) ? [name] : WIDER[name];
    if (!leaves) return null;
    for (const leaf of leaves) found.add(leaf);
  }
  return USES.filter((use) => found.has(use));
}

/** A date's first or last second, a moment (UTC where no zone is named), or unix seconds; null for anything else. */
function momentOf(text: string, end: boolean): bigint | null {
  if (/^\d{9,13}$/.test(text)) return BigInt(text);
  const found = MOMENT.exec(text);
  if (!found) return null;
  const isDate = text.length === 10;
  const written = isDate ? `${text}T${end ? "23:59:59" : "00:00:00"}Z` : `${text.replace(" ", "T")}${found[1] ? "" : "Z"}`;
  const time = Date.parse(written);
  return Number.isNaN(time) ? null : BigInt(Math.floor(time / 1000));
}
