//! What the wire is answered when it wants a ticket: one, none, a wait, or why not.

import type { AccountsInfo, TicketAnswer } from "../wire/link";
import type { Account } from "./account";
import { asProblem } from "./problem";

/** Who needs no ticket waits no longer for one; an answer comes within some 10 ms. */
const OPTIONAL_MS_MAX = 4_000;
const SESSION_ENDED = "Your session has ended. Go back to the title to sign in, or fight on as a guest.";

/** Where tickets are not required, a service that is away changes nothing. */
export async function answerTicket(
  account: Account,
  info: AccountsInfo,
  name: string,
): Promise<TicketAnswer> {
  account.offer(info);
  try {
    const ticket = account.ticket(name, info.audience);
    return { kind: "ticket", ticket: await (info.are_required ? ticket : soon(ticket)) };
  } catch (error) {
    const problem = asProblem(error);
    if (problem.isPassing && !info.are_required) return { kind: "ticket", ticket: "" };
    if (problem.isPassing) return { kind: "later", message: problem.sentence() };
    const message = problem.kind === "unauthorized" ? SESSION_ENDED : problem.sentence();
    return { kind: "refused", message };
  }
}

async function soon(ticket: Promise<string>): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(""), OPTIONAL_MS_MAX);
  });
  try {
    return await Promise.race([ticket, late]);
  } finally {
    clearTimeout(timer);
  }
}
