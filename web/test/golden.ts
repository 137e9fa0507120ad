/** Computes what the golden vectors of offers and licenses say: JSON in, JSON out. */

import type { Address, Hex } from "viem";

import { catalogRoot } from "../src/deals/catalog";
import {
  conditionsHash,
  licenseId,
  offerDigest,
  offerHash,
  offerMessage,
  readConditions,
  readOffer,
} from "../src/deals/offer";
import { splitRoot } from "../src/deals/split";
import { type Rights, termsDocument } from "../src/deals/terms";
import { workDocument } from "../src/deals/works";

interface Vectors {
  chainId: string;
  licenseToken: Address;
  offers: { offer: Record<string, unknown>; conditions: Record<string, unknown> }[];
  licenses: { offerHash: Hex; licensee: Address; salt: Hex }[];
  trees: { works: Hex[] }[];
  splits: { payees: Address[]; shares: string[] }[];
  works: { sha256: Hex; size: number; mediaType: string; title: string; preview: Hex | null }[];
  terms: (Omit<Rights, "retention"> & { retention: string })[];
}

/** The hashes of all vectors, in their order. */
export function computed(vectors: Vectors) {
  const offers = vectors.offers.map((vector) => {
    const offer = readOffer(vector.offer);
    const conditions = readConditions(vector.conditions);
    return {
      structHash: offerHash(offer),
      conditions: conditionsHash(conditions),
      digest: offerDigest(offerMessage(offer, conditions, Number(vectors.chainId), vectors.licenseToken)),
    };
  });
  const licenses = vectors.licenses.map((each) => licenseId(each.offerHash, each.licensee, each.salt));
  const trees = vectors.trees.map(({ works }) =>
    catalogRoot(works.map((work) => ({ id: work, sha256: work.slice(2) }))),
  );
  const splits = vectors.splits.map(({ payees, shares }) =>
    splitRoot(payees.map((payee, at) => ({ payee, share: BigInt(shares[at] ?? "0") }))),
  );
  const works = vectors.works.map(({ title, preview, ...file }) =>
    workDocument({ ...file, name: "" }, title, preview),
  );
  const terms = vectors.terms.map((each) => termsDocument({ ...each, retention: BigInt(each.retention) }));
  return { offers, licenses, trees, splits, works, terms };
}

declare const process: { stdin: AsyncIterable<Uint8Array> };
let text = "";
const decoder = new TextDecoder();
for await (const piece of process.stdin) text += decoder.decode(piece, { stream: true });
console.log(JSON.stringify(computed(JSON.parse(text))));
