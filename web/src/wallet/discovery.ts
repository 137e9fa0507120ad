/** The wallets of this browser: those that announce themselves (EIP-6963), else the one in `window.ethereum`. */

const LEGACY_WAIT = 300; // milliseconds for wallets to announce themselves

/** A wallet's side of EIP-1193. */
export interface Provider {
  request(call: { method: string; params?: unknown }): Promise<unknown>;
  on?(event: string, listener: (value: never) => void): void;
}

export interface Announced {
  info: { uuid: string; name: string; icon: string; rdns: string };
  provider: Provider;
}

const found = new Map<string, Announced>();

window.addEventListener("eip6963:announceProvider", (event) => {
  const detail = (event as CustomEvent<Announced>).detail;
  if (typeof detail?.info?.uuid === "string" && typeof detail.provider?.request === "function") {
    found.set(detail.info.uuid, detail);
  }
});

/** All wallets there are. Asks them to announce themselves; none of them shows anything for that. */
export async function wallets(): Promise<Announced[]> {
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  if (found.size === 0) await new Promise((resolve) => setTimeout(resolve, LEGACY_WAIT));
  const legacy = (window as { ethereum?: Provider }).ethereum;
  if (found.size === 0 && typeof legacy?.request === "function") {
    return [{ info: { uuid: "legacy", name: "Ethereum", icon: "", rdns: "legacy" }, provider: legacy }];
  }
  return [...found.values()].sort((a, b) => a.info.name.localeCompare(b.info.name));
}
