import { describe, expect, it } from "vitest";
import { Problem } from "../../src/account";
import { FakeClock } from "../../src/company/fake_clock";
import { LineStream, RETRY_MS, SILENCE_MS_MAX, type StreamState } from "./line_stream";

/** Streams hand on by turns of the event loop, not by microtasks alone. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
}

/** A server whose answers a test writes into, one after the other. */
class FakeServer {
  readonly clock = new FakeClock();
  readonly lines: unknown[] = [];
  readonly states: StreamState[] = [];
  refusal: Problem | null = null;
  opened = 0;
  private writer: ReadableStreamDefaultController<Uint8Array> | null = null;

  readonly stream = new LineStream((signal) => this.open(signal), this.clock, {
    line: (line) => this.lines.push(line),
    state: (state) => this.states.push(state),
  });

  get phase(): string | undefined {
    return this.states.at(-1)?.phase;
  }

  async write(text: string): Promise<void> {
    this.writer?.enqueue(new TextEncoder().encode(text));
    await settle();
  }

  async hangUp(): Promise<void> {
    this.writer?.close();
    await settle();
  }

  private async open(signal: AbortSignal): Promise<Response> {
    this.opened += 1;
    if (this.refusal !== null) throw this.refusal;
    const body = new ReadableStream<Uint8Array>({
      start: (writer) => {
        this.writer = writer;
        signal.addEventListener("abort", () => writer.error(signal.reason));
      },
    });
    return new Response(body);
  }
}

async function started(): Promise<FakeServer> {
  const server = new FakeServer();
  server.stream.start();
  await settle();
  return server;
}

describe("line stream", () => {
  it("gives whole lines, however they were cut on the way", async () => {
    const server = await started();
    expect(server.phase).toBe("connecting");
    await server.write('{"tick":1}\n{"ti');
    await server.write('ck":2}');
    expect(server.lines).toEqual([{ tick: 1 }]);
    await server.write("\n");
    expect(server.lines).toEqual([{ tick: 1 }, { tick: 2 }]);
    expect(server.phase).toBe("live");
  });

  it("leaves out what is no JSON", async () => {
    const server = await started();
    await server.write('oops\n\n{"tick":3}\n');
    expect(server.lines).toEqual([{ tick: 3 }]);
  });

  it("comes again when the server hangs up, later each time", async () => {
    const server = await started();
    await server.hangUp();
    expect(server.phase).toBe("lost");
    await server.clock.pass(RETRY_MS[0]);
    expect(server.opened).toBe(2);
    await server.hangUp();
    await server.clock.pass(RETRY_MS[0]);
    expect(server.opened).toBe(2);
    await server.clock.pass(RETRY_MS[1] - RETRY_MS[0]);
    expect(server.opened).toBe(3);
    await server.write('{"tick":1}\n');
    await server.hangUp();
    await server.clock.pass(RETRY_MS[0]);
    expect(server.opened).toBe(4);
  });

  it("goes on without a word when a stream ends that was well", async () => {
    const server = await started();
    await server.write('{"tick":1}\n');
    await server.hangUp();
    await server.clock.pass(RETRY_MS[0]);
    await server.write('{"tick":2}\n');
    expect(server.opened).toBe(2);
    expect(server.lines).toHaveLength(2);
    expect(server.states.map(({ phase }) => phase)).not.toContain("lost");
  });

  it("gives a silent connection up", async () => {
    const server = await started();
    await server.write('{"tick":1}\n');
    await server.clock.pass(SILENCE_MS_MAX - 1);
    expect(server.phase).toBe("live");
    await server.clock.pass(1);
    expect(server.states.at(-1)).toMatchObject({ phase: "lost", isFinal: false });
  });

  it("does not ask again where it may not", async () => {
    const server = new FakeServer();
    server.refusal = new Problem("forbidden", 403, { title: "Not allowed" });
    server.stream.start();
    await settle();
    expect(server.states.at(-1)).toMatchObject({ phase: "lost", isFinal: true });
    await server.clock.pass(60_000);
    expect(server.opened).toBe(1);
  });

  it("is silent once it is ended", async () => {
    const server = await started();
    await server.write('{"tick":1}\n');
    const told = server.states.length;
    server.stream.end();
    await server.clock.pass(60_000);
    expect(server.states).toHaveLength(told);
    expect(server.opened).toBe(1);
    expect(server.clock.waitingCount).toBe(0);
  });
});
