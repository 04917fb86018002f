//! Does deeds one at a time, and keeps what came of them while the page is open. What is kept for good is the audit
//! log's.

import { asProblem, type Problem } from "../../src/account";
import type { Deed, Values } from "./deeds";
import { explained, type Explained } from "./words";

/** Of deeds that are shown: as many as one scrolls through. */
const RECORDS_MAX = 30;

export interface DeedRecord {
  id: string;
  title: string;
  atMs: number;
  outcome: "doing" | "done" | "failed";
  /** What came of it; empty while it is done. */
  effect: string;
  failure: Explained | null;
}

export interface DeedState {
  /** The newest first. */
  records: readonly DeedRecord[];
  /** Counts what succeeded: who shows something asks for it again. */
  doneCount: number;
  /** Of the last deed: in an incident, one reason holds for many. */
  reason: string;
  /** Who reads that reason: it is offered again only where the same do. */
  reasonHint: string;
}

export class DeedDesk {
  private state: DeedState = { records: [], doneCount: 0, reason: "", reasonHint: "" };
  private begunCount = 0;

  constructor(
    private readonly now: () => number,
    private readonly tell: (state: DeedState) => void,
  ) {}

  get isBusy(): boolean {
    return this.state.records.some(({ outcome }) => outcome === "doing");
  }

  /** What came of it; null where another is still under way. */
  async run(deed: Deed, values: Values & { reason: string }): Promise<DeedRecord | null> {
    if (this.isBusy) return null;
    this.begunCount += 1;
    const begun: DeedRecord = {
      id: String(this.begunCount),
      title: deed.title,
      atMs: this.now(),
      outcome: "doing",
      effect: "",
      failure: null,
    };
    const records = [begun, ...this.state.records].slice(0, RECORDS_MAX);
    this.change({ ...this.state, records, reason: values.reason, reasonHint: deed.reasonHint });
    const ended = await this.end(begun, deed, values);
    const isDone = ended.outcome === "done";
    this.change({
      ...this.state,
      records: this.state.records.map((record) => (record.id === ended.id ? ended : record)),
      doneCount: this.state.doneCount + (isDone ? 1 : 0),
    });
    return ended;
  }

  private async end(begun: DeedRecord, deed: Deed, values: Values & { reason: string }): Promise<DeedRecord> {
    try {
      const { effect } = await deed.run(values);
      return { ...begun, outcome: "done", effect: effect === "" ? "Done." : effect };
    } catch (error) {
      return { ...begun, outcome: "failed", failure: failureOf(asProblem(error)) };
    }
  }

  private change(state: DeedState): void {
    this.state = state;
    this.tell(state);
  }
}

/** A question without an answer did no harm; a deed without one, or with one from in between, may have been done. */
function failureOf(problem: Problem): Explained {
  const { title, details } = explained(problem);
  const isUnsure = problem.status === 0 || problem.status >= 500;
  if (!isUnsure) return { title, details };
  return { title, details: [...details, "It may have been done all the same: look at the audit log."] };
}
