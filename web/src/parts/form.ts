/** The fields of forms, labelled, and read back. */

import { bytesOf } from "../deals/preview";
import { say } from "../text/say";
import { element } from "./dom";

const MOST_URI = 1024; // bytes

/** A labelled text field. */
export function field(name: string, label: string, attributes: Record<string, string> = {}): HTMLElement {
  return element("p", {}, element("label", {}, label, " ", element("input", { type: "text", name, ...attributes })));
}

/** A labelled box to tick. */
export function box(name: string, label: string, value = "yes"): HTMLElement {
  return element("p", {}, element("label", {}, element("input", { type: "checkbox", name, value }), " ", label));
}

/** A labelled list to choose from: value and words. */
export function choice(name: string, label: string, options: readonly (readonly [string, string])[]): HTMLElement {
  const list = options.map(([value, words]) => element("option", { value }, words));
  return element("p", {}, element("label", {}, label, " ", element("select", { name }, ...list)));
}

/** A labelled field for many words. */
export function area(name: string, label: string): HTMLElement {
  const text = element("textarea", { name, rows: "4" });
  return element("p", {}, element("label", {}, label, " ", text));
}

/** Boxes to tick that belong together; each value has words. */
export function boxes(name: string, legend: string, values: readonly (readonly [string, string])[]): HTMLElement {
  return group(legend, ...values.map(([value, words]) => box(name, words, value)));
}

/** Fields that belong together. */
export function group(legend: string, ...fields: HTMLElement[]): HTMLElement {
  return element("fieldset", {}, element("legend", {}, legend), ...fields);
}

/** All that was ticked under a name. */
export function ticked(form: HTMLFormElement, name: string): string[] {
  return new FormData(form).getAll(name).map(String);
}

/** What was typed or chosen under a name. */
export function typed(form: HTMLFormElement, name: string): string {
  return String(new FormData(form).get(name) ?? "").trim();
}

/** A URL that was typed, as the chain takes it; empty where nobody says; null if it is none. */
export function uriOf(form: HTMLFormElement, name: string): string | null {
  const found = typed(form, name);
  return found && (!/^https?:/.test(found) || new Blob([found]).size > MOST_URI) ? null : found;
}

/** A file for whoever wants it: nothing is sent anywhere. */
export function download(name: string, content: string | Blob, words: string): HTMLAnchorElement {
  const file = typeof content === "string" ? new Blob([content], { type: "application/json" }) : content;
  return element("a", { class: "button", href: URL.createObjectURL(file), download: name }, words);
}

/** A preview's file, by its hash without `0x` and its `data:` URL. */
export function downloadPreview(sha256: string, preview: string): HTMLAnchorElement {
  return download(`${sha256}.jpeg`, new Blob([bytesOf(preview)], { type: "image/jpeg" }), say("file_preview"));
}
