/** A single work: what its file says of itself, and its document, in the very bytes that Python writes. */

import type { Hex } from "viem";

import { hashOf } from "./hashing";
import { bytesOf, named, previewOf } from "./preview";
import { canonical } from "./terms";

const PLACE = "licet.file";
const MEDIA_TYPE = /^[a-z]{1,20}\/[a-z0-9.+-]{1,80}$/;
const UNKNOWN_TYPE = "application/octet-stream";

/** What is known of a file: never its content. `preview` is a small picture of it as a `data:` URL, where it is one. */
export interface Known {
  sha256: Hex;
  size: number;
  mediaType: string;
  name: string;
  preview: string | null;
  document?: string; // that was handed out for it
}

/** Keeps what a file says of itself for as long as the tab is open: nobody has to choose it twice. */
export async function notice(file: File, sha256: Hex): Promise<Known> {
  const mediaType = MEDIA_TYPE.test(file.type) ? file.type : UNKNOWN_TYPE;
  return keep({ sha256, size: file.size, mediaType, name: file.name, preview: await previewOf(file) });
}

/** Keeps it in the place of the file before. */
export function keep(known: Known): Known {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(known));
  } catch {
    // It is chosen again, then.
  }
  return known;
}

/** What is known of the file with this hash, if it was looked at in this tab. */
export function recall(sha256: Hex): Known | null {
  try {
    const known = JSON.parse(sessionStorage.getItem(PLACE) ?? "null") as Known | null;
    return known?.sha256 === sha256 ? known : null;
  } catch {
    return null;
  }
}

/** A work's document (`licet/work/1`), with a preview if one is to be published. */
export async function describe(known: Known, title: string, withPreview: boolean): Promise<string> {
  const preview = withPreview && known.preview ? new Blob([bytesOf(known.preview)]) : null;
  return workDocument(known, title, preview && (await hashOf(preview)));
}

/** The document itself. It has no ISCC: that takes a program that is larger than this page. */
export function workDocument(known: Omit<Known, "preview">, title: string, preview: string | null): string {
  return canonical({
    type: "licet/work/1",
    sha256: known.sha256.slice(2),
    size: String(known.size),
    mediaType: known.mediaType,
    title,
    ...(preview ? { preview: named(preview) } : {}),
  });
}
