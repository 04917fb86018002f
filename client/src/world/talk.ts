//! What was said: the lines of the chat window, newest last. It parses nothing and shows nothing.

import { CHANNEL, type Said, type Unsaid } from "../wire/link";

/** Lines kept; older ones are forgotten. */
const LINES_MAX = 200;
/** Reasons of WIRE.md. */
const MUTED = 4;
const NOT_MEMBER = 6;
const REMOVED_TEXT = "Removed by a moderator.";
const GROUPS: ReadonlySet<number> = new Set([CHANNEL.PARTY, CHANNEL.GUILD]);

export interface TalkLine {
  /** Grows; a key for lists. */
  readonly number: number;
  /** `note`: a word of the page itself, to this player alone. `removed`: what it was is not known here any more. */
  readonly kind: "said" | "note" | "removed";
  readonly channel: number;
  readonly name: string;
  readonly house: number;
  /** Whose ear the own whisper was for; else empty. */
  readonly to: string;
  /** Shown as text, whatever is in it. */
  readonly text: string;
  readonly own: boolean;
  /** The message's number in the whole battle; empty where nobody could report it. */
  readonly message: string;
  /** Names what was said; empty of a note. */
  readonly sequence: string;
  /** `performance.now()` at arrival; never, of what was recalled: nobody has to be told of it now. */
  readonly atMs: number;
  /** When it was said, in milliseconds since 1970; of what came live at least that of the line before. */
  readonly saidMs: number;
  /** Whether it was asked for, and did not come live. */
  readonly isRecalled: boolean;
}

/** What somebody in the own party or guild said, as the chat service keeps it. */
export interface Remembered {
  message: string;
  name: string;
  house: number;
  text: string;
  time_ms: number;
}

/** A line that came live, before it has its place. */
type Live = Omit<TalkLine, "number" | "atMs" | "saidMs" | "isRecalled">;

export class Talk {
  /** A new array with every change. */
  lines: readonly TalkLine[] = [];
  /** Who whispered last, for an answer. */
  lastWhisperer = "";
  /** Channels of groups that one is in, as far as the server said. A new set with every change. */
  groups: ReadonlySet<number> = new Set();
  /** Called with the channel of a group whenever the server says that one is in it: behind each Welcome, and when
   * that begins. */
  onGroup: (channel: number) => void = () => undefined;
  /** Called when the server speaks to this player alone. */
  onWord: () => void = () => undefined;
  /** Asked why a moderator muted this player until then, in a sentence; empty where nobody knows. */
  muteReason: (untilMs: number) => Promise<string> = () => Promise.resolve("");
  private silenced: ReadonlySet<string> = new Set();
  /** Names in small letters. What they say live the server keeps back. */
  private readonly ignored = new Set<string>();
  private readonly known = new Set<string>();
  private number = 0;

  /** After a reconnect the server tells again what was said: what is known stays as it is. */
  hear(said: Said, ownId: number, nowMs: number): void {
    this.setMember(said.channel, true);
    const { sequence } = said;
    if (said.from === 0 && GROUPS.has(said.channel)) this.onGroup(said.channel);
    if (this.known.has(sequence)) return;
    this.know(sequence);
    const own = said.from !== 0 && said.from === ownId;
    if (!own && this.silenced.has(said.name)) return;
    if (said.channel === CHANNEL.SYSTEM && said.to !== "") this.onWord();
    const isWhisper = said.channel === CHANNEL.WHISPER;
    if (isWhisper && !own) this.lastWhisperer = said.name;
    const { channel, name, house, text } = said;
    const message = own || said.from === 0 ? "" : sequence;
    const to = own ? said.to : "";
    this.add({ kind: "said", channel, name, house, to, text, own, message, sequence }, nowMs, said.timeMs);
  }

  /** What was said in a group before, the eldest first, where one is in it still: each line stands where it was said,
   * once. */
  recall(channel: number, remembered: readonly Remembered[], ownName: string): void {
    if (!this.groups.has(channel)) return;
    const lines = [...this.lines];
    for (const { message, name, house, text, time_ms: saidMs } of remembered) {
      const own = name === ownName;
      const isUnheard = !own && (this.silenced.has(name) || this.ignored.has(name.toLowerCase()));
      if (isUnheard || this.known.has(message)) continue;
      this.know(message);
      this.number += 1;
      const place = lines.findLastIndex((line) => line.saidMs <= saidMs) + 1;
      const said = { kind: "said", channel, name, house, to: "", text, own } as const;
      const line = { ...said, message: own ? "" : message, sequence: message, saidMs, isRecalled: true };
      lines.splice(place, 0, { ...line, number: this.number, atMs: Number.NEGATIVE_INFINITY });
    }
    if (lines.length > this.lines.length) this.lines = lines.slice(-LINES_MAX);
  }

  /** Whom the player wants to hear or not, until the page ends. */
  ignore(name: string, isIgnored: boolean): void {
    if (isIgnored) this.ignored.add(name.toLowerCase());
    else this.ignored.delete(name.toLowerCase());
  }

  /** A moderator removed these words: their line stays and says so, that nobody wonders what others answer to. */
  remove(sequence: string): void {
    this.know(sequence);
    if (!this.lines.some((line) => line.sequence === sequence)) return;
    const removed = { kind: "removed", text: REMOVED_TEXT, message: "" } as const;
    this.lines = this.lines.map((line) => (line.sequence === sequence ? { ...line, ...removed } : line));
  }

  /** Whom the player has blocked: nothing of theirs is shown from now on, nor what they said before. */
  silence(names: ReadonlySet<string>): void {
    this.silenced = names;
    if (names.has(this.lastWhisperer)) this.lastWhisperer = "";
    const isShown = (line: TalkLine) => line.own || !names.has(line.name);
    if (!this.lines.every(isShown)) this.lines = this.lines.filter(isShown);
  }

  /** `wallMs` is the time of day, by which the server says until when. */
  refuse(unsaid: Unsaid, nowMs: number, wallMs: number): void {
    if (unsaid.reason === NOT_MEMBER) this.setMember(unsaid.channel, false);
    const number = this.note(refusalText(unsaid, wallMs), nowMs);
    if (unsaid.reason === MUTED) void this.explain(number, unsaid, wallMs);
  }

  forget(): void {
    this.lines = [];
    this.lastWhisperer = "";
    this.groups = new Set();
    this.known.clear();
  }

  private setMember(channel: number, isMember: boolean): void {
    if (!GROUPS.has(channel) || this.groups.has(channel) === isMember) return;
    const others = [...this.groups].filter((other) => other !== channel);
    this.groups = new Set(isMember ? [...others, channel] : others);
  }

  /** Puts into the note why it is; the server tells only until when. */
  private async explain(number: number, unsaid: Unsaid, wallMs: number): Promise<void> {
    const why = await this.muteReason(unsaid.untilMs);
    if (why === "") return;
    const text = refusalText(unsaid, wallMs, why);
    this.lines = this.lines.map((line) => (line.number === number ? { ...line, text } : line));
  }

  /** Gives the line's number. */
  private note(text: string, nowMs: number): number {
    const channel = CHANNEL.SYSTEM;
    const line = { channel, name: "", house: 255, to: "", text, own: false, message: "", sequence: "" };
    this.add({ kind: "note", ...line }, nowMs, 0);
    return this.number;
  }

  private add(line: Live, atMs: number, saidMs: number): void {
    this.number += 1;
    const notBeforeMs = Math.max(saidMs, this.lines.at(-1)?.saidMs ?? 0);
    const moments = { number: this.number, atMs, saidMs: notBeforeMs, isRecalled: false };
    this.lines = [...this.lines, { ...line, ...moments }].slice(-LINES_MAX);
  }

  private know(sequence: string): void {
    this.known.add(sequence);
    if (this.known.size > LINES_MAX * 2) this.known.delete(this.known.values().next().value!);
  }
}

/** By the reasons of WIRE.md; `why` is a sentence about a mute. */
function refusalText({ reason, untilMs }: Unsaid, wallMs: number, why = ""): string {
  const wait = waitText(untilMs - wallMs);
  const texts = [
    `You speak too fast. Wait ${wait}.`,
    "That is too long: 200 letters at most.",
    "There is nothing in it to read.",
    "That has characters which are not allowed here.",
    `A moderator muted you${why === "" ? "." : `: ${why}`} You may speak again in ${wait}.`,
    "No player of that name is here.",
    "You are in no such group.",
    "Only the server speaks there.",
    `This channel is slowed down. Wait ${wait}.`,
    "You ignore too many players already.",
    "The chat takes nothing just now: nobody heard that. Try again in a minute.",
  ];
  return texts[reason] ?? "The server did not take that.";
}

function waitText(waitMs: number): string {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
}
