/** What is said at each step of a purchase. */

import type { Step } from "../deals/buying";
import type { Line } from "../text/say";

export const STEPS: Record<Step, Line> = {
  reading: "reading_offer",
  reset: "asks_reset",
  approve: "asks_approve",
  sign: "asks_sign",
  confirm: "asks_confirm",
};
