/** Sending a call that draws from the allowance, which is seen to first. */

import type { Address } from "viem";

import { finish, pay } from "../deals/buying";
import type { Plan, Scene } from "../deals/perform";
import type { Deal } from "../deals/store";
import type { Line } from "../text/say";
import type { Status } from "./status";

/** Sends it; `shown` is the sum for people. */
export async function paid(
  scene: Scene,
  status: Status,
  plan: Plan,
  currency: Address,
  sum: bigint,
  shown: string,
): Promise<Deal> {
  const lines: Record<string, Line> = { reset: "asks_reset", approve: "asks_approve", sign: "asks_permit" };
  const tell = (step: string) => status.step(lines[step] ?? "asks_deposit", { price: shown });
  return finish(scene, await pay(scene, plan, new Map([[currency, sum]]), tell, null), tell);
}
