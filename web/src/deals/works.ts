/** A single work: what its file says of itself, its preview, and its document, in the very bytes that Python writes. */

import type { Hex } from "viem";

import { hashOf } from "../parts/lookup";
import { canonical } from "./terms";

const PLACE = "licet.file";
const MEDIA_TYPE = /^[a-z]{1,20}\/[a-z0-9.+-]{1,80}$/;
const UNKNOWN_TYPE = "application/octet-stream";

const PREVIEW_TYPE = "image/jpeg";
const MOST_BYTES = 128 << 10;
const MOST_SIDE = 640; // pixels
const QUALITIES = [0.82, 0.7, 0.55, 0.4, 0.25];
const MOST_READ = 256 << 20; // bytes of a picture that is opened for its preview

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

/** A small picture of a picture, upright and on white, as a `data:` URL; null of what is none. */
async function previewOf(file: File): Promise<string | null> {
  if (!file.type.startsWith("image/") || file.type.includes("svg") || file.size > MOST_READ) return null;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, MOST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const pen = canvas.getContext("2d");
    if (!pen) return null;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return smallEnough(canvas);
  } catch {
    return null; // a browser that cannot read it, or may not
  }
}

function smallEnough(canvas: HTMLCanvasElement): string | null {
  for (const quality of QUALITIES) {
    const url = canvas.toDataURL(PREVIEW_TYPE, quality);
    if (url.startsWith(`data:${PREVIEW_TYPE}`) && bytesOf(url).length <= MOST_BYTES) return url;
  }
  return null;
}

/** The bytes of a `data:` URL. */
export function bytesOf(url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(url.slice(url.indexOf(",") + 1)), (character) => character.charCodeAt(0));
}

/** A work's document (`licet/work/1`), with a preview if one is to be published. */
export async function describe(known: Known, title: string, withPreview: boolean): Promise<string> {
  const preview = withPreview && known.preview ? new Blob([bytesOf(known.preview)]) : null;
  return workDocument(known, title, preview && (await hashOf(preview, () => {})));
}

/** The document itself. It has no ISCC: that takes a program that is larger than this page. */
export function workDocument(known: Omit<Known, "preview">, title: string, preview: string | null): string {
  return canonical({
    type: "licet/work/1",
    sha256: known.sha256.slice(2),
    size: String(known.size),
    mediaType: known.mediaType,
    title,
    ...(preview ? { preview: { sha256: preview.slice(2), mediaType: PREVIEW_TYPE } } : {}),
  });
}
