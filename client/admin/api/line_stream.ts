//! One answer without end, a line of JSON each: read, watched for silence, and asked for again when it breaks.
//! It is not responsible for what the lines say.

import { asProblem, Problem } from "../../src/account";

/** A line a second is sent; after so long without one the connection is given up. */
export const SILENCE_MS_MAX = 8_000;
/** Before the next try, one after the other; the last holds from then on. */
export const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;
/** A line is a whole overview: 5,000 regions at 300 bytes are 1.5 MB. */
const LINE_CHARACTERS_MAX = 4 * 1_024 * 1_024;

export type StreamState =
  | { phase: "connecting" }
  | { phase: "live" }
  /** It comes again by itself, unless only a person can mend it. */
  | { phase: "lost"; problem: Problem; isFinal: boolean };

/** The page's clock. */
export interface Clock {
  /** Calls once, unless what it returns is called first. */
  later(ms: number, work: () => void): () => void;
}

export interface StreamEars {
  line: (value: unknown) => void;
  state: (state: StreamState) => void;
}

export class LineStream {
  private failures = 0;
  /** Ends what runs or waits; null when nothing does. */
  private stop: (() => void) | null = null;

  constructor(
    private readonly open: (signal: AbortSignal) => Promise<Response>,
    private readonly clock: Clock,
    private readonly ears: StreamEars,
  ) {}

  start(): void {
    this.ears.state({ phase: "connecting" });
    this.begin();
  }

  end(): void {
    this.stop?.();
    this.stop = null;
  }

  private begin(): void {
    this.end();
    const abort = new AbortController();
    this.stop = () => abort.abort();
    void this.run(abort);
  }

  private async run(abort: AbortController): Promise<void> {
    try {
      await this.listen(abort);
      // The service ends each stream with the token that it was asked for with, and is asked with a new one.
      if (!abort.signal.aborted) this.wait();
    } catch (error) {
      const { reason } = abort.signal;
      // Ended from outside: whoever did knows.
      const isEnded = abort.signal.aborted && !(reason instanceof Problem);
      if (!isEnded) this.lose(reason instanceof Problem ? reason : asProblem(error));
    }
  }

  private async listen(abort: AbortController): Promise<void> {
    let linesCount = 0;
    let hush = this.watch(abort);
    try {
      const response = await this.open(abort.signal);
      if (!response.ok) throw await Problem.of(response);
      if (response.body === null) throw lost("The stream is empty");
      for await (const line of linesOf(response.body)) {
        hush();
        hush = this.watch(abort);
        this.failures = 0;
        linesCount += 1;
        this.ears.state({ phase: "live" });
        this.ears.line(line);
      }
      if (linesCount === 0) throw lost("The stream ended before it began");
    } finally {
      hush();
    }
  }

  private watch(abort: AbortController): () => void {
    return this.clock.later(SILENCE_MS_MAX, () => abort.abort(lost("The stream fell silent")));
  }

  private lose(problem: Problem): void {
    const isFinal = problem.status === 401 || problem.status === 403 || problem.status === 404;
    this.ears.state({ phase: "lost", problem, isFinal });
    if (isFinal) this.stop = null;
    else this.wait();
  }

  private wait(): void {
    const waitMs = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 0;
    this.failures += 1;
    this.stop = this.clock.later(waitMs, () => this.begin());
  }
}

/** Lines that are no JSON are left out: the next one tells all again. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > LINE_CHARACTERS_MAX) throw lost("A line of the stream has no end");
      yield* lines.map(parsed).filter((line) => line !== undefined);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function lost(title: string): Problem {
  return new Problem("stream-lost", 0, { title });
}
