/** Previews: small pictures by which people know a work or a catalogue, made in the browser. */

const PREVIEW_TYPE = "image/jpeg";
const MOST_BYTES = 128 << 10;
const MOST_SIDE = 640; // pixels
const QUALITIES = [0.82, 0.7, 0.55, 0.4, 0.25];
const MOST_READ = 256 << 20; // bytes of a picture that is opened for its preview

/** A small picture of a picture, upright and on white, as a `data:` URL; null of what is none. */
export async function previewOf(file: File): Promise<string | null> {
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

/** A preview as documents name it, by its hash. */
export function named(preview: string): { sha256: string; mediaType: string } {
  return { sha256: preview.slice(2), mediaType: PREVIEW_TYPE };
}
