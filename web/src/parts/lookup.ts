/** Looks a file up by its SHA-256, which is computed here, piece by piece: no file is sent, and none is too large. */

import type { Hex } from "viem";

import { hashOf } from "../deals/hashing";

/** Where a file can be dropped, or chosen. */
export function mountLookup(place: HTMLElement): void {
  const input = place.querySelector<HTMLInputElement>("input[type=file]");
  const progress = place.querySelector<HTMLElement>(".progress");
  if (input === null || progress === null) return;
  const words = place.dataset;
  const say = (text: string | undefined, values: Record<string, string> = {}): void => {
    progress.textContent = (text ?? "").replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
  };
  let turn = 0;

  async function lookUp(file: File): Promise<void> {
    const mine = ++turn;
    input!.disabled = true;
    try {
      const hash = await hashOf(file, (done) => {
        if (mine === turn) say(words["hashing"], { name: file.name, percent: String(Math.floor(done * 100)) });
      });
      if (mine !== turn) return;
      say(words["found"], { hash });
      // Whoever registers it next need not choose it again. The browser is told of it, and nobody else.
      await (await import("../deals/works")).notice(file, hash as Hex);
      location.assign(`/works/${hash}`);
    } catch (error) {
      console.error(error);
      say(words["failed"]);
    } finally {
      input!.disabled = false;
    }
  }

  input.disabled = false;
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) void lookUp(file);
  });
  for (const kind of ["dragenter", "dragover"]) {
    place.addEventListener(kind, (event) => {
      event.preventDefault();
      place.classList.add("over");
    });
  }
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("over");
    const file = event.dataTransfer?.files[0];
    if (file) void lookUp(file);
  });
}
