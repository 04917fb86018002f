//! Asks the page for tickets, and knows which answer is to which question. Wire worker.

import type { AccountsInfo, FromWire, TicketAnswer } from "./link";

export class TicketQuestions {
  private number = 0;
  private answered: (answer: TicketAnswer) => void = () => {};

  constructor(private readonly tell: (message: FromWire) => void) {}

  /** Only the newest question is ever answered: who asked before has given up. */
  ask(accounts: AccountsInfo, name: string): Promise<TicketAnswer> {
    this.number += 1;
    this.tell({ kind: "ticketWanted", number: this.number, accounts, name });
    return new Promise((resolve) => (this.answered = resolve));
  }

  answer(number: number, answer: TicketAnswer): void {
    if (number === this.number) this.answered(answer);
  }
}
