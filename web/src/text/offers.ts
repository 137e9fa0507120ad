/** What the offer form says, in the page's language: words that no other page loads. */

import { en } from "./offers.en";
import { zh } from "./offers.zh";
import { saying } from "./say";

export type OfferLine = keyof typeof en;

export const tell = saying<OfferLine>({ en, zh });
