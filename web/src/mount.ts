/** Which part of a page is brought to life by which script; none is fetched before it is needed. */

type Mount = (place: HTMLElement) => void | Promise<void>;

/** By the selector of the place that the server left for it. */
const MOUNTS: Record<string, () => Promise<Mount>> = {
  "[data-wallet]": async () => (await import("./parts/wallet")).mountWallet,
  "[data-lookup]": async () => (await import("./parts/lookup")).mountLookup,
  "[data-buy]": async () => (await import("./parts/buy")).mountBuy,
  "[data-basket]": async () => (await import("./parts/basket")).mountBasket,
  "[data-claim]": async () => (await import("./parts/claim")).mountClaim,
  "[data-register]": async () => (await import("./parts/register")).mountRegister,
  "[data-account]": async () => (await import("./parts/account")).mountAccount,
  "[data-owner]": async () => (await import("./parts/owner")).mountOwner,
  "[data-license]": async () => (await import("./parts/license")).mountLicense,
};

const mounted = new WeakSet<Element>();

/** Brings all parts under (and at) an element to life, each once. */
export function mountAll(root: HTMLElement): void {
  for (const [selector, load] of Object.entries(MOUNTS)) {
    const inside = root.querySelectorAll<HTMLElement>(selector);
    for (const place of root.matches(selector) ? [root, ...inside] : inside) {
      if (mounted.has(place)) continue;
      mounted.add(place);
      load()
        .then((mount) => mount(place))
        .catch((error: unknown) => {
          mounted.delete(place);
          console.error(error);
        });
    }
  }
}
