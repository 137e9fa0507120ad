/** `<section data-lookup>`: a file, chosen or dropped, is hashed here; the page of its hash says the rest. */

import { hashOf } from "../text/hash";

/** Brings the place to life. Its words are the server's, in `data-hashing` (`{percent}`), `data-failed`, `data-found`. */
export function mountLookup(place: HTMLElement): void {
  const input = place.querySelector<HTMLInputElement>("input[type=file]");
  const line = place.querySelector<HTMLElement>(".progress");
  if (!input || !line) return;
  const say = (name: string, percent = 0) => {
    line.textContent = (place.getAttribute(`data-${name}`) ?? "").replace("{percent}", String(percent));
  };
  const look = async (file: File | undefined) => {
    if (!file) return;
    input.disabled = true;
    say("hashing");
    try {
      const hash = await hashOf(file, (share) => say("hashing", Math.floor(share * 100)));
      say("found");
      location.assign(`/works/${hash}`);
    } catch {
      say("failed"); // it was moved or cannot be read
    }
    input.disabled = false;
    input.value = "";
  };
  input.disabled = false;
  input.addEventListener("change", () => void look(input.files?.[0]));
  place.addEventListener("dragover", (event) => {
    event.preventDefault();
    place.dataset["over"] = "";
  });
  place.addEventListener("dragleave", () => delete place.dataset["over"]);
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    delete place.dataset["over"];
    void look(event.dataTransfer?.files[0]);
  });
}
