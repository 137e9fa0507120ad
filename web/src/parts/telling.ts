/** What went wrong, in words: what the contract said, what the wallet said, who does not answer. */

import type { Hex } from "viem";

import { NodeLost } from "../chain/node";
import { type Refusal, refusal, revertData } from "../chain/refusal";
import { Changed, TooLittle } from "../deals/buying";
import { AfterApproval, NotDone, Underway } from "../deals/perform";
import { currencyOf } from "../deals/token";
import { ServerLost, ServerRefused, config } from "../server";
import { amount } from "../text/amounts";
import { type Line, say } from "../text/say";
import { AccountChanged, Declined, NoWallet, WrongNetwork, codeOf } from "../wallet/session";

/** What is told: `calm` where somebody only changed their mind. */
export interface Told {
  text: string;
  calm: boolean;
  refusal?: Refusal;
}

const BY_CLASS: [new (...facts: never[]) => Error, Line][] = [
  [NoWallet, "no_wallet"],
  [AccountChanged, "account_changed"],
  [WrongNetwork, "wrong_network"],
  [NodeLost, "node_lost"],
  [ServerLost, "server_lost"],
  [Changed, "offer_changed"],
  [Underway, "underway"],
];

/** By the codes of EIP-1193 and JSON-RPC. */
const BY_CODE: Record<number, Line> = {
  4100: "wallet_unauthorized",
  4900: "wallet_disconnected",
  4901: "wallet_disconnected",
  [-32002]: "wallet_busy",
};

/** An error, told. Nothing was sent, whichever it is. */
export async function told(error: unknown): Promise<Told> {
  if (error instanceof AfterApproval) {
    const inner = await told(error.inner);
    return { ...inner, text: `${inner.text} ${say("allowance_stays")}` };
  }
  if (error instanceof Declined || codeOf(error) === 4001) return { text: say("declined"), calm: true };
  for (const [kind, line] of BY_CLASS) {
    if (error instanceof kind) return { text: say(line), calm: error instanceof Underway };
  }
  if (error instanceof TooLittle) return { text: await tooLittle(error), calm: false };
  if (error instanceof NotDone) return { text: say("not_done", { why: error.message }), calm: false };
  if (error instanceof ServerRefused) return { text: say("server_refused", { why: error.message }), calm: false };
  const data = revertData(error);
  const found = data ? await refusal(data) : null;
  if (found) return { text: say("refused", { why: found.words }), calm: false, refusal: found };
  if (data) return { text: say("refused_unknown", { data: data.slice(0, 10) as Hex }), calm: false };
  return { text: wallet(error), calm: false };
}

function wallet(error: unknown): string {
  const line = BY_CODE[codeOf(error) ?? 0];
  if (line) return say(line);
  const message = String((error as { message?: unknown })?.message ?? error).slice(0, 200);
  if (/insufficient funds/i.test(message)) return say("no_gas");
  return say("wallet_says", { message });
}

async function tooLittle(error: TooLittle): Promise<string> {
  const { symbol, decimals } = await currencyOf(await config(), error.currency);
  const shown = (units: bigint) => amount(units, decimals, symbol);
  return say("too_little", { has: shown(error.has), needs: shown(error.needs) });
}
