/** Catalogues: works from files and from CSV, their tree and their document, as Python makes them. */

import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Hex } from "viem";

import { hashOf } from "./hashing";
import { named } from "./preview";
import { canonical } from "./terms";

/** The most works that a page takes; larger catalogues are the command line's. */
export const MOST_WORKS = 200_000;

/** A work of a catalogue: its id, and its SHA-256 without `0x`. */
export interface Work {
  id: string;
  sha256: string;
}

/** A file that makes no catalogue; `why` names the line or the work. */
export class NoCatalog extends Error {
  constructor(
    readonly line: "csv_odd" | "csv_row" | "csv_file" | "works_none" | "works_many" | "works_twice" | "picture_odd",
    readonly facts: Record<string, string | number> = {},
  ) {
    super(line);
  }
}

/** The works of what somebody chose: the rows of a CSV file, where there is one, else the files themselves. */
export async function worksOf(files: readonly File[], progress: (share: number) => void): Promise<Work[]> {
  const table = files.find((file) => file.name.endsWith(".csv"));
  const works = table ? await worksOfTable(table, files) : await worksOfFiles(files, progress);
  if (works.length === 0) throw new NoCatalog("works_none");
  if (works.length > MOST_WORKS) throw new NoCatalog("works_many", { most: MOST_WORKS });
  for (const what of ["id", "sha256"] as const) {
    const seen = new Set<string>();
    for (const work of works) {
      if (seen.has(work[what])) throw new NoCatalog("works_twice", { work: work.id });
      seen.add(work[what]);
    }
  }
  return works;
}

async function worksOfFiles(files: readonly File[], progress: (share: number) => void): Promise<Work[]> {
  const works: Work[] = [];
  for (const [done, file] of [...files].sort((a, b) => (a.name < b.name ? -1 : 1)).entries()) {
    const hash = await hashOf(file, (share) => progress((done + share) / files.length));
    works.push({ id: file.name, sha256: hash.slice(2) });
  }
  return works;
}

/** A row's work is the SHA-256 in the column `sha256`, or that of the file named in `file`, or that of the row itself. */
async function worksOfTable(table: File, files: readonly File[]): Promise<Work[]> {
  const [header, ...rows] = parseCsv((await table.text()).replace(/^\ufeff/, ""));
  if (!header || new Set(header).size !== header.length) throw new NoCatalog("csv_odd");
  const ids = header.includes("id") ? header.indexOf("id") : 0;
  const [given, named] = [header.indexOf("sha256"), header.indexOf("file")];
  const works: Work[] = [];
  for (const [index, row] of rows.entries()) {
    if (row.length !== header.length) throw new NoCatalog("csv_row", { row: index + 1 });
    const id = header[ids] === "sha256" ? String(index + 1) : (row[ids] ?? "").trim();
    if (!id) throw new NoCatalog("csv_row", { row: index + 1 });
    works.push({ id, sha256: await hashOfRow(header, row, given, named, files, index + 1) });
  }
  return works;
}

async function hashOfRow(
  header: readonly string[],
  row: readonly string[],
  given: number,
  named: number,
  files: readonly File[],
  number: number,
): Promise<string> {
  if (given >= 0) {
    const hash = (row[given] ?? "").trim().replace(/^0x/, "").toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new NoCatalog("csv_row", { row: number });
    return hash;
  }
  if (named >= 0) {
    const name = (row[named] ?? "").trim();
    const file = files.find((each) => each.name === name);
    if (!file) throw new NoCatalog("csv_file", { file: name });
    return (await hashOf(file)).slice(2);
  }
  const members = Object.fromEntries(header.map((column, at) => [column, row[at] ?? ""]));
  return bytesToHex(sha256(utf8ToBytes(canonical(members))));
}

/** The rows of a CSV (RFC 4180); empty lines are left out. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/gy;
  while (cell.lastIndex < text.length || row.length > 0) {
    const found = cell.exec(text);
    if (!found) throw new NoCatalog("csv_row", { row: rows.length });
    row.push(found[1] === undefined ? (found[2] ?? "") : found[1].replaceAll('""', '"'));
    if (found[3] === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}

/** The root of a catalogue's tree: leaf = keccak(0x00 ‖ sha256), inner = keccak(0x01 ‖ left ‖ right). */
export function catalogRoot(works: readonly Work[]): Hex {
  let level = works.map((work) => keccak_256(concatBytes(Uint8Array.of(0), hexToBytes(work.sha256))));
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]];
      if (left) above.push(right ? keccak_256(concatBytes(Uint8Array.of(1), left, right)) : left);
    }
    level = above;
  }
  return `0x${bytesToHex(level[0] ?? new Uint8Array(32))}`;
}

/** The document that lists a catalogue's works (`licet/catalog/1`), with a preview if there is one. */
export function catalogDocument(name: string, works: readonly Work[], preview: string | null): string {
  return canonical({ type: "licet/catalog/1", name, works, ...(preview ? { preview: named(preview) } : {}) });
}
