//! The life of the connection: connect, join, lose, come back. Wire worker.
//! It is not responsible for what messages mean beyond Welcome, Closing and Pong.

import { decode } from "./decode";
import { encodeHello, encodeIgnore, encodeInputs, encodeLeave, encodePing, encodeSettings } from "./encode";
import { Edges } from "./edges";
import { CloseReason } from "./generated/voxelheim/wire/close-reason";
import type {
  AccountsInfo,
  ConnectRequest,
  FromWire,
  InputData,
  LinkPhase,
  ServerMessage,
  TicketAnswer,
} from "./link";
import { isDatagram, readNumber } from "./messages";
import { Meter } from "./meter";
import { openWebSocket } from "./websocket";
import { openWebTransport } from "./webtransport";
import { withTimeout, type ConnectInfo, type Transport, type TransportEvents } from "./transport";

/** Waits between attempts, by how often each known server was tried; the last one repeats. */
const RETRY_MS = [300, 600, 1_000, 2_000, 3_000];
/** Older than the newest snapshot by more than this, a snapshot is of no use. */
const STALE_TICKS = 10;
/** An input datagram holds all inputs without an answer, so that none is ever skipped: as many as the
 * page makes ahead of the server. */
const INPUTS_PER_DATAGRAM = 20;
/** Reasons that trying again does not mend. */
const FINAL_REASONS = new Set<number>([
  CloseReason.VersionMismatch,
  CloseReason.BadName,
  CloseReason.ServerFull,
  CloseReason.Replaced,
  CloseReason.BadTicket,
]);
/** Pings that a server leaves without any word before it is taken for lost: 4 s. It answers even while
 * the battle stands still, and a connection that broke would say so only much later. */
const SILENT_PINGS_MAX = 8;
/** Failures in a row after which a link that carried WebTransport is taken to carry it no more. */
const WEBTRANSPORT_TRIES = 4;
/** Tickets in a row that a server may find bad: one that was slow on its way, and one that crossed a restart. */
const BAD_TICKETS_MAX = 3;
const NO_WORD = "The connection to the server was lost.";
const NO_SERVER = "The server cannot be reached.";
const NO_SENSE = "The server sent what this page cannot read.";
/** What a server says to who is not in yet. */
const BEFORE_WELCOME = new Set<string>(["waiting", "welcome", "closing"]);
/** Messages of terrain that may come before Welcome, on a stream of their own. */
const EARLY_MESSAGES_MAX = 4_096;

export class Session {
  readonly meter = new Meter();
  private request: ConnectRequest | null = null;
  private edges = new Edges("");
  private transport: Transport | null = null;
  /** Counts connections, so that the last words of an old one change nothing. */
  private generation = 0;
  private phase: LinkPhase = "title";
  private resumeToken = "";
  /** Of the newest wait, until it is over. */
  private lineTicket = "";
  private readonly ignored = new Set<string>();
  private attempt = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** In a row; a success forgives them all. */
  private webTransportFailures = 0;
  private webTransportWorked = false;
  /** Pings sent since anything came. Counted rather than timed: a page that slept is not lost. */
  private silentPings = 0;
  private newestTick = 0;
  private datagramNumber = 0;
  /** Those that the server did not confirm, numbered without a gap. */
  private openInputs: InputData[] = [];
  /** Terrain that overtook Welcome; the page forgets all terrain at a Welcome. */
  private early: ServerMessage[] = [];
  /** Whether this connection was welcomed. */
  private isWelcome = false;
  /** Null until one is asked for, and when the last one was no good. Sent along with a resume token too:
   * a server that forgot its players then says that it wants another. */
  private ticket: string | null = null;
  private badTickets = 0;
  /** Whether the server that is tried has accounts. */
  private hasAccounts = false;

  constructor(
    private readonly tell: (message: FromWire) => void,
    private readonly askTicket: (accounts: AccountsInfo, name: string) => Promise<TicketAnswer>,
  ) {}

  connect(request: ConnectRequest): void {
    this.drop();
    this.request = request;
    this.edges = new Edges(request.origin);
    this.resumeToken = request.resumeToken;
    this.lineTicket = request.lineTicket;
    this.begin();
  }

  retry(): void {
    if (!this.request || this.phase === "joined") return;
    this.drop();
    this.begin();
  }

  private begin(): void {
    this.attempt = 0;
    this.ticket = null;
    this.badTickets = 0;
    this.enter("connecting", "");
    void this.open();
  }

  /** As if the link broke; for tests. */
  cut(): void {
    if (this.phase === "joined") this.lost("");
  }

  leave(): void {
    this.transport?.sendLast(encodeLeave());
    this.transport = null;
    this.drop();
    this.request = null;
    this.resumeToken = "";
    this.keepInLine("");
    this.enter("title", "");
  }

  /** New inputs behind those not yet confirmed; with none, those alone. */
  sendInputs(records: readonly InputData[]): void {
    if (!this.transport || this.phase !== "joined") return;
    if (records.length > 0 && this.openInputs.length > 0) {
      const isNext = records[0].sequence === this.openInputs[this.openInputs.length - 1].sequence + 1;
      if (!isNext) this.openInputs = [];
    }
    this.openInputs = [...this.openInputs, ...records].slice(-INPUTS_PER_DATAGRAM);
    if (this.openInputs.length === 0) return;
    this.datagramNumber += 1;
    this.transport.sendDatagram(encodeInputs(this.datagramNumber, this.openInputs));
  }

  sendSettings(
    viewDistanceBlocks: number,
    budgetBytesPerSecond: number,
    cameraYaw: number,
  ): void {
    if (this.request) Object.assign(this.request, { viewDistanceBlocks, budgetBytesPerSecond });
    if (this.phase !== "joined") return;
    const message = encodeSettings(viewDistanceBlocks, budgetBytesPerSecond, cameraYaw);
    this.transport?.sendReliable(message);
  }

  /** Dropped while there is no battle to say it to. */
  sendReliable(message: Uint8Array): void {
    if (this.phase === "joined") this.transport?.sendReliable(message);
  }

  /** Whether a player is to be heard; told again on every connection, for a server forgets it with one. */
  ignore(name: string, ignored: boolean): void {
    if (ignored) this.ignored.add(name);
    else this.ignored.delete(name);
    this.sendReliable(encodeIgnore(name, ignored));
  }

  ping(nowMs: number): void {
    if (!this.transport || this.phase !== "joined") return;
    if (this.silentPings === SILENT_PINGS_MAX) return this.lost(NO_WORD);
    this.silentPings += 1;
    this.datagramNumber += 1;
    this.transport.sendDatagram(encodePing(this.datagramNumber, this.meter.ping(nowMs)));
  }

  private async open(): Promise<void> {
    this.generation += 1;
    const generation = this.generation;
    const request = this.request;
    if (!request) return;
    try {
      const info = await withTimeout(fetchInfo(this.edges.current), "the server's answer");
      this.edges.learn(info.edges);
      if (!(await this.haveTicket(info, request.name, generation))) return;
      const transport = await this.openAny(info, request, this.eventsOf(generation));
      if (generation !== this.generation) return transport.close();
      this.start(transport, request);
    } catch {
      if (generation !== this.generation) return;
      this.edges.turn();
      this.retryLater(NO_SERVER, this.waitMs);
    }
  }

  /** Whether this attempt goes on: with a ticket, or without where none is wanted. */
  private async haveTicket(info: ConnectInfo, name: string, generation: number): Promise<boolean> {
    this.hasAccounts = Boolean(info.accounts);
    if (!info.accounts || this.ticket !== null) return true;
    const answer = await this.askTicket(info.accounts, name);
    if (generation !== this.generation) return false;
    switch (answer.kind) {
      case "ticket":
        this.ticket = answer.ticket;
        return true;
      case "later":
        this.retryLater(answer.message, this.waitMs);
        return false;
      case "refused":
        this.refuse(answer.message);
        return false;
    }
  }

  private async openAny(
    info: ConnectInfo,
    request: ConnectRequest,
    events: TransportEvents,
  ): Promise<Transport> {
    const url = info.webtransport_url;
    const isWanted = request.transport === "auto" && "WebTransport" in self;
    if (url && isWanted && this.webTransportFailures < this.webTransportTries) {
      try {
        return await openWebTransport(url, info.certificate_sha256, events);
      } catch (error) {
        this.webTransportFailures += 1;
        if (this.webTransportFailures < this.webTransportTries) throw error;
      }
    }
    return openWebSocket(info.websocket_url, events);
  }

  /** Where it worked before, a server that restarts is the likelier cause of a failure. */
  private get webTransportTries(): number {
    return this.webTransportWorked ? WEBTRANSPORT_TRIES : 1;
  }

  private start(transport: Transport, request: ConnectRequest): void {
    this.transport = transport;
    this.meter.reset(transport.kind);
    this.silentPings = 0;
    this.newestTick = 0;
    this.datagramNumber = 0;
    this.openInputs = [];
    this.early = [];
    this.isWelcome = false;
    const { resumeToken, lineTicket } = this;
    transport.sendReliable(encodeHello(request, { resumeToken, ticket: this.ticket ?? "", lineTicket }));
  }

  private eventsOf(generation: number): TransportEvents {
    return {
      message: (bytes) => {
        if (generation === this.generation) this.receive(bytes);
      },
      closed: (reason) => {
        if (generation === this.generation) this.lost(reason);
      },
    };
  }

  private receive(bytes: Uint8Array): void {
    this.silentPings = 0;
    let message: ServerMessage;
    try {
      message = decode(bytes);
    } catch {
      // A datagram may be damaged; a stream that makes no sense has lost something for good.
      if (!isDatagram(bytes[0])) this.lost(NO_SENSE);
      return;
    }
    this.measure(bytes, message);
    if (this.isWelcome || BEFORE_WELCOME.has(message.kind)) this.handle(message);
    else this.keepEarly(message);
  }

  /** Streams overtake each other. Datagrams are told again; what is on a stream is told once. */
  private keepEarly(message: ServerMessage): void {
    const isDatagramKind = ["snapshot", "events", "pong"].includes(message.kind);
    if (isDatagramKind) return;
    if (this.early.length < EARLY_MESSAGES_MAX) this.early.push(message);
    else this.lost(NO_SENSE);
  }

  private measure(bytes: Uint8Array, message: ServerMessage): void {
    const number = isDatagram(bytes[0]) ? readNumber(bytes) : 0;
    const tick = message.kind === "snapshot" ? message.samples.tick : 0;
    this.meter.arrived(performance.now(), bytes.length, number, tick);
  }

  private handle(message: ServerMessage): void {
    switch (message.kind) {
      case "pong":
        this.meter.pong(message.nonce, message.tick, performance.now());
        return;
      case "closing":
        this.closing(message.reason, message.text);
        return;
      case "waiting":
        this.wait(message.position, message.lineTicket);
        return;
      case "welcome":
        this.resumeToken = message.welcome.resumeToken;
        this.keepInLine("");
        this.attempt = 0;
        this.badTickets = 0;
        this.webTransportFailures = 0;
        this.webTransportWorked ||= this.transport?.kind === "webtransport";
        this.isWelcome = true;
        this.tell(message);
        this.enter("joined", "");
        for (const name of this.ignored) this.sendReliable(encodeIgnore(name, true));
        for (const early of this.early.splice(0)) this.handle(early);
        return;
      case "snapshot":
        if (message.own) this.confirmInputs(message.own.inputSequence);
        if (message.samples.tick + STALE_TICKS < this.newestTick) return;
        this.newestTick = Math.max(this.newestTick, message.samples.tick);
        this.tell(message);
        return;
      default:
        this.tell(message);
    }
  }

  private wait(position: number, lineTicket: string): void {
    this.attempt = 0;
    this.badTickets = 0;
    this.keepInLine(lineTicket);
    this.enter("waiting", `Position ${position} in the queue`);
  }

  private keepInLine(lineTicket: string): void {
    if (this.lineTicket === lineTicket) return;
    this.lineTicket = lineTicket;
    this.tell({ kind: "lineTicket", lineTicket });
  }

  private confirmInputs(sequence: number): void {
    this.openInputs = this.openInputs.filter((input) => input.sequence > sequence);
  }

  private closing(reason: number, text: string): void {
    const isTicketBad = reason === CloseReason.BadTicket && this.hasAccounts;
    if (isTicketBad && this.badTickets < BAD_TICKETS_MAX) return this.renewTicket(text);
    if (FINAL_REASONS.has(reason)) return this.refuse(text);
    if (reason === CloseReason.Moving && this.edges.count > 1) this.move(text);
    else this.lost(text);
  }

  private refuse(text: string): void {
    this.drop();
    this.resumeToken = "";
    this.enter("refused", text);
  }

  private renewTicket(text: string): void {
    this.drop();
    this.ticket = null;
    this.badTickets += 1;
    this.retryLater(text, this.waitMs, "connecting");
  }

  /** The server sends this page to the others: at once, for they know its body. */
  private move(reason: string): void {
    this.drop();
    this.edges.turn();
    this.retryLater(reason, 0, "moving");
  }

  /** The server that was lost is tried first, then the others in turn. */
  private lost(reason: string): void {
    this.drop();
    this.retryLater(reason || NO_WORD, this.waitMs);
  }

  private get waitMs(): number {
    const round = Math.floor(this.attempt / this.edges.count);
    return RETRY_MS[Math.min(round, RETRY_MS.length - 1)];
  }

  private retryLater(message: string, waitMs: number, phase: LinkPhase = "lost"): void {
    this.attempt += 1;
    this.enter(phase, message, performance.timeOrigin + performance.now() + waitMs);
    this.retryTimer = setTimeout(() => void this.open(), waitMs);
  }

  /** Ends the connection without a word to the page. */
  private drop(): void {
    // The line took it, and gave no token that would do without.
    if (this.phase === "waiting") this.ticket = null;
    clearTimeout(this.retryTimer);
    this.generation += 1;
    this.transport?.close();
    this.transport = null;
    this.meter.reset("none");
  }

  private enter(phase: LinkPhase, message: string, retryAtMs = 0): void {
    this.phase = phase;
    this.tell({ kind: "phase", phase, message, retryAtMs });
  }
}

async function fetchInfo(origin: string): Promise<ConnectInfo> {
  const response = await fetch(`${origin}/connect.json`, { cache: "no-store" });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()) as ConnectInfo;
}
