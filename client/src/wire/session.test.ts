import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Builder, ByteBuffer } from "flatbuffers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CloseReason } from "./generated/voxelheim/wire/close-reason";
import { Closing } from "./generated/voxelheim/wire/closing";
import { Edits } from "./generated/voxelheim/wire/edits";
import { Hello } from "./generated/voxelheim/wire/hello";
import { Ignore } from "./generated/voxelheim/wire/ignore";
import { Inputs } from "./generated/voxelheim/wire/inputs";
import { Waiting } from "./generated/voxelheim/wire/waiting";
import { Welcome } from "./generated/voxelheim/wire/welcome";
import type { AccountsInfo, ConnectRequest, FromWire, InputData, TicketAnswer } from "./link";
import { HEADER_BYTES, KIND, withHeader } from "./messages";
import { Session } from "./session";

/** A word of the server on the own body, and the input that it answers. */
const SNAPSHOT_OWN = fileURLToPath(
  new URL("../../../protocol/golden/snapshot_own.bin", import.meta.url),
);
const ANSWERED = 4_000_000_000;

/** Stands for the browser's WebSocket and remembers what was sent. */
class FakeSocket {
  static all: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onclose: ((event: { reason: string }) => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  bufferedAmount = 0;
  sent: Uint8Array[] = [];

  constructor() {
    FakeSocket.all.push(this);
    queueMicrotask(() => this.onopen?.());
  }

  send(message: Uint8Array): void {
    this.sent.push(message);
  }

  close(): void {}

  deliver(message: Uint8Array): void {
    this.onmessage?.({ data: message.slice().buffer });
  }
}

const REQUEST: ConnectRequest = {
  origin: "http://server.test",
  name: "Ann",
  house: 1,
  resumeToken: "",
  lineTicket: "",
  viewDistanceBlocks: 256,
  budgetBytesPerSecond: 48_000,
  transport: "websocket",
  protocolVersion: 2,
};

function welcome(token: string): Uint8Array {
  const builder = new Builder(128);
  const resume = builder.createString(token);
  const name = builder.createString("Ann");
  Welcome.startWelcome(builder);
  Welcome.addResumeToken(builder, resume);
  Welcome.addName(builder, name);
  Welcome.addBody(builder, 0x05000007);
  builder.finish(Welcome.endWelcome(builder));
  const table = builder.asUint8Array();
  return withHeader(KIND.WELCOME, table.length, table);
}

function closing(reason: CloseReason, words: string): Uint8Array {
  const builder = new Builder(128);
  const text = builder.createString(words);
  builder.finish(Closing.createClosing(builder, reason, text, 1));
  const table = builder.asUint8Array();
  return withHeader(KIND.CLOSING, table.length, table);
}

function edits(tick: number): Uint8Array {
  const builder = new Builder(64);
  const block = Edits.createBlockVector(builder, [1, 2, 3]);
  const now = Edits.createNowVector(builder, [4]);
  builder.finish(Edits.createEdits(builder, tick, block, now));
  const table = builder.asUint8Array();
  return withHeader(KIND.EDITS, table.length, table);
}

function inputOf(sequence: number): InputData {
  return {
    sequence,
    viewTick: 0,
    viewFraction: 0,
    buttons: 0,
    yaw: 0,
    pitch: 0,
    slot: 0,
    targetX: 0,
    targetY: 0,
    targetZ: 0,
    targetFace: 255,
    respawnBanner: 255,
  };
}

function sequencesOf(message: Uint8Array): number[] {
  const inputs = Inputs.getRootAsInputs(new ByteBuffer(message.subarray(HEADER_BYTES)));
  return Array.from({ length: inputs.recordsLength() }, (_, index) =>
    inputs.records(index)!.sequence(),
  );
}

function helloOf(socket: FakeSocket): Hello {
  expect(socket.sent[0][0]).toBe(KIND.HELLO);
  return Hello.getRootAsHello(new ByteBuffer(socket.sent[0].subarray(HEADER_BYTES)));
}

function nameOf(message: Uint8Array): string | null {
  return Ignore.getRootAsIgnore(new ByteBuffer(message.subarray(HEADER_BYTES))).name();
}

function waiting(position: number, lineTicket = ""): Uint8Array {
  const builder = new Builder(64);
  const ticket = builder.createString(lineTicket);
  builder.finish(Waiting.createWaiting(builder, position, 300, ticket));
  const table = builder.asUint8Array();
  return withHeader(KIND.WAITING, table.length, table);
}

/** Bases of addresses: the server that the page came from, and two others. */
const [HOME, NEAR, FAR] = ["http://server.test", "http://near.test:8080", "http://far.test:8080"];

const ACCOUNTS: AccountsInfo = { api: "/api", audience: "battle", are_required: true };

describe("session", () => {
  let told: FromWire[];
  let session: Session;
  let isServerUp: boolean;
  /** Other servers that do not answer. */
  let down: Set<string>;
  let asked: string[];
  /** What /connect.json says of accounts, what answers there are for who wants a ticket, and who did. */
  let accounts: AccountsInfo | null;
  let answers: TicketAnswer[];
  let wanted: string[];

  beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.all = [];
    isServerUp = true;
    down = new Set();
    asked = [];
    accounts = null;
    answers = [];
    wanted = [];
    vi.stubGlobal("self", globalThis);
    vi.stubGlobal("WebSocket", FakeSocket);
    vi.stubGlobal("fetch", (url: string) => {
      const base = url.replace("/connect.json", "");
      asked.push(base);
      if (!isServerUp || down.has(base)) return Promise.reject(new Error("refused"));
      const edges = [HOME, NEAR, FAR].filter((edge) => edge !== base);
      const info = { websocket_url: "ws://server.test/ws", edges, accounts };
      return Promise.resolve({ ok: true, json: async () => info });
    });
    told = [];
    session = new Session(
      (message) => told.push(message),
      async ({ audience }, name) => {
        wanted.push(`${name} at ${audience}`);
        return answers.shift()!;
      },
    );
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const phases = () => told.flatMap((message) => (message.kind === "phase" ? [message.phase] : []));
  const newest = () => FakeSocket.all[FakeSocket.all.length - 1];
  const kept = () =>
    told.flatMap((message) => (message.kind === "lineTicket" ? [message.lineTicket] : []));

  it("says Hello and is joined when welcomed", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    expect(helloOf(newest()).name()).toBe("Ann");
    expect(helloOf(newest()).house()).toBe(1);
    newest().deliver(welcome("token"));
    expect(phases()).toEqual(["connecting", "joined"]);
    const message = told.find((entry) => entry.kind === "welcome");
    expect(message?.kind === "welcome" && message.welcome.body).toBe(7);
  });

  it("comes back with its token after a loss, and keeps trying while the server is away", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(welcome("mine"));
    isServerUp = false;
    newest().onclose?.({ reason: "" });
    expect(phases().at(-1)).toBe("lost");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(FakeSocket.all).toHaveLength(1);
    isServerUp = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeSocket.all).toHaveLength(2);
    expect(helloOf(newest()).resumeToken()).toBe("mine");
    newest().deliver(welcome("next"));
    expect(phases().at(-1)).toBe("joined");
  });

  it("says on every connection whom it does not hear", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(welcome("mine"));
    session.ignore("Bo", true);
    session.ignore("Cy", true);
    session.ignore("Cy", false);
    newest().onclose?.({ reason: "" });
    await vi.advanceTimersByTimeAsync(5_000);
    newest().deliver(welcome("next"));
    const words = newest().sent.filter((message) => message[0] === KIND.IGNORE);
    expect(words.map((word) => nameOf(word))).toEqual(["Bo"]);
  });

  it("stops at a refusal and shows the server's words", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(closing(CloseReason.VersionMismatch, "This page is too old."));
    expect(told.at(-1)).toMatchObject({ phase: "refused", message: "This page is too old." });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("returns by itself when the server stops for a while", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(welcome("token"));
    newest().deliver(closing(CloseReason.ServerStopping, "The server restarts."));
    expect(told.at(-1)).toMatchObject({ phase: "lost", message: "The server restarts." });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("tries the lost server first and then the others, each with its token", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(welcome("mine"));
    down = new Set([HOME, NEAR]);
    newest().onclose?.({ reason: "" });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked).toEqual([HOME, HOME, NEAR, FAR]);
    expect(helloOf(newest()).resumeToken()).toBe("mine");
    newest().deliver(welcome("mine"));
    expect(phases().at(-1)).toBe("joined");
    // From there it goes on: what it lost first is tried last.
    down = new Set([FAR]);
    newest().onclose?.({ reason: "" });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked.slice(4)).toEqual([FAR, HOME]);
  });

  it("takes a server that does not answer for lost", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(welcome("mine"));
    const ask = (count: number) => Array.from({ length: count }, () => session.ping(0));
    ask(8);
    newest().deliver(edits(31));
    ask(8);
    expect(phases().at(-1)).toBe("joined");
    ask(1);
    expect(phases().at(-1)).toBe("lost");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(helloOf(newest()).resumeToken()).toBe("mine");
  });

  it("goes elsewhere at once when its server sends it away", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(welcome("mine"));
    newest().deliver(closing(CloseReason.Moving, "This server goes away."));
    expect(told.at(-1)).toMatchObject({ phase: "moving", message: "This server goes away." });
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toEqual([HOME, NEAR]);
    expect(helloOf(newest()).resumeToken()).toBe("mine");
  });

  it("shows its place while the battle is full, and comes in in its turn", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(waiting(12));
    expect(told.at(-1)).toMatchObject({ phase: "waiting", message: "Position 12 in the queue" });
    newest().deliver(waiting(1));
    expect(told.at(-1)).toMatchObject({ message: "Position 1 in the queue" });
    newest().deliver(welcome("token"));
    expect(phases()).toEqual(["connecting", "waiting", "waiting", "joined"]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("shows since when it waits when it comes back, and has the page keep that until it is in", async () => {
    session.connect({ ...REQUEST, lineTicket: "kept" });
    await vi.advanceTimersByTimeAsync(10);
    expect(helloOf(newest()).lineTicket()).toBe("kept");
    newest().deliver(waiting(12, "first"));
    newest().deliver(waiting(11, "second"));
    newest().onclose?.({ reason: "" });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(helloOf(newest()).lineTicket()).toBe("second");
    newest().deliver(closing(CloseReason.Moving, "This server goes away."));
    await vi.advanceTimersByTimeAsync(10);
    expect(helloOf(newest()).lineTicket()).toBe("second");
    newest().deliver(welcome("token"));
    newest().onclose?.({ reason: "" });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(helloOf(newest()).lineTicket()).toBe("");
    expect(kept()).toEqual(["first", "second", ""]);
  });

  it("gives its place up when it leaves", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(waiting(12, "mine"));
    session.leave();
    expect(kept()).toEqual(["mine", ""]);
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    expect(helloOf(newest()).lineTicket()).toBe("");
  });

  it("brings another ticket back to the line, which took the first, however often", async () => {
    accounts = ACCOUNTS;
    answers = Array.from({ length: 9 }, (_, number) => ({ kind: "ticket", ticket: `${number}` }));
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    const sent: (string | null)[] = [];
    for (let times = 0; times < 6; times++) {
      sent.push(helloOf(newest()).ticket());
      newest().deliver(waiting(12));
      newest().onclose?.({ reason: "" });
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(sent).toEqual(["0", "1", "2", "3", "4", "5"]);
    newest().deliver(welcome("mine"));
    newest().onclose?.({ reason: "" });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(helloOf(newest()).ticket()).toBe("6");
  });

  it("survives damaged datagrams", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(welcome("token"));
    for (let length = 1; length < 300; length++) {
      const noise = Uint8Array.from({ length }, (_, at) => (at * 31 + length * 7) & 255);
      for (const kind of [KIND.SNAPSHOT, KIND.EVENTS, KIND.PONG]) {
        noise[0] = kind;
        newest().deliver(noise);
      }
    }
    expect(phases().at(-1)).toBe("joined");
  });

  it("gives up a stream that makes no sense, and comes back", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(welcome("token"));
    newest().deliver(Uint8Array.of(99, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4));
    expect(phases().at(-1)).toBe("lost");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(helloOf(newest()).resumeToken()).toBe("token");
  });

  it("holds terrain that overtakes Welcome back until then", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(edits(31));
    newest().deliver(edits(32));
    expect(told.some((message) => message.kind === "edits")).toBe(false);
    newest().deliver(welcome("token"));
    newest().deliver(edits(33));
    const order = told.flatMap((message): (string | number)[] => {
      if (message.kind === "edits") return [message.tick];
      return message.kind === "welcome" ? ["welcome"] : [];
    });
    expect(order).toEqual(["welcome", 31, 32, 33]);
  });

  it("sends all inputs without an answer each time, so that none is ever skipped", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(welcome("token"));
    const sent = () => newest().sent.filter((message) => message[0] === KIND.INPUTS);
    const last = () => sequencesOf(sent().at(-1)!);
    const first = ANSWERED - 3;
    const numbers = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index);
    session.sendInputs(numbers(first, ANSWERED).map(inputOf));
    session.sendInputs([inputOf(ANSWERED + 1)]);
    expect(last()).toEqual(numbers(first, ANSWERED + 1));
    newest().deliver(new Uint8Array(readFileSync(SNAPSHOT_OWN)));
    session.sendInputs([inputOf(ANSWERED + 2)]);
    expect(last()).toEqual([ANSWERED + 1, ANSWERED + 2]);
    session.sendInputs([]);
    expect(last()).toEqual([ANSWERED + 1, ANSWERED + 2]);
    expect(sent().length).toBe(4);
    // A server that counts anew has no use for what was numbered before.
    session.sendInputs([inputOf(9_000)]);
    expect(last()).toEqual([9_000]);
  });

  it("says nothing while all inputs are answered", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(welcome("token"));
    session.sendInputs([]);
    expect(newest().sent.some((message) => message[0] === KIND.INPUTS)).toBe(false);
  });

  it("asks for no ticket where there are no accounts", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    expect(wanted).toEqual([]);
    expect(helloOf(newest()).ticket()).toBe("");
  });

  it("brings a ticket for its name, also when it comes back", async () => {
    accounts = ACCOUNTS;
    answers = [{ kind: "ticket", ticket: "first" }];
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    expect(wanted).toEqual(["Ann at battle"]);
    expect(helloOf(newest()).ticket()).toBe("first");
    newest().deliver(welcome("mine"));
    newest().onclose?.({ reason: "" });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(helloOf(newest()).resumeToken()).toBe("mine");
    expect(helloOf(newest()).ticket()).toBe("first");
  });

  it("gets another ticket for a bad one, a few times, and then says why not", async () => {
    accounts = ACCOUNTS;
    answers = ["one", "two", "three", "four"].map((ticket) => ({ kind: "ticket", ticket }));
    session.connect({ ...REQUEST, resumeToken: "old" });
    const sent: (string | null)[] = [];
    for (let tries = 0; tries < 4; tries++) {
      await vi.advanceTimersByTimeAsync(3_000);
      expect(helloOf(newest()).resumeToken()).toBe("old");
      sent.push(helloOf(newest()).ticket());
      newest().deliver(closing(CloseReason.BadTicket, "Your ticket is used up."));
    }
    expect(sent).toEqual(["one", "two", "three", "four"]);
    expect(told.at(-1)).toMatchObject({ phase: "refused", message: "Your ticket is used up." });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all).toHaveLength(4);
  });

  it("is forgiven bad tickets by a welcome", async () => {
    accounts = ACCOUNTS;
    answers = Array.from({ length: 6 }, () => ({ kind: "ticket", ticket: "any" }) as const);
    session.connect(REQUEST);
    for (let tries = 0; tries < 5; tries++) {
      await vi.advanceTimersByTimeAsync(3_000);
      newest().deliver(welcome("mine"));
      newest().onclose?.({ reason: "" });
      await vi.advanceTimersByTimeAsync(3_000);
      newest().deliver(closing(CloseReason.BadTicket, "Your ticket is used up."));
    }
    expect(phases().at(-1)).toBe("connecting");
  });

  it("waits for tickets that there are not yet, and says why there are none", async () => {
    accounts = ACCOUNTS;
    answers = [
      { kind: "later", message: "In a moment." },
      { kind: "refused", message: "This account is banned." },
    ];
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    expect(told.at(-1)).toMatchObject({ phase: "lost", message: "In a moment." });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told.at(-1)).toMatchObject({ phase: "refused", message: "This account is banned." });
    expect(FakeSocket.all).toHaveLength(0);
  });

  it("drops a ticket that comes after it left", async () => {
    accounts = ACCOUNTS;
    answers = [{ kind: "ticket", ticket: "late" }];
    session.connect(REQUEST);
    session.leave();
    await vi.advanceTimersByTimeAsync(10);
    expect(phases().at(-1)).toBe("title");
    expect(FakeSocket.all).toHaveLength(0);
  });

  it("forgets who it was when it leaves", async () => {
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    newest().deliver(welcome("token"));
    session.leave();
    expect(newest().sent.at(-1)?.[0]).toBe(KIND.LEAVE);
    session.connect(REQUEST);
    await vi.advanceTimersByTimeAsync(10);
    expect(helloOf(newest()).resumeToken()).toBe("");
  });
});
