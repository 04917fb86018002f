//! Why a moderator muted the player: the battle tells only until when, the chat service also why.

import { asSentence } from "../account";
import type { Asker } from "./api";

/** As the service tells it; null for who may speak. */
interface Answer {
  mute: { reason: string } | null;
}

export class MuteReason {
  /** Of the mute that was asked about last: who goes on speaking is refused again and again. */
  private known: { untilMs: number; reason: Promise<string> } | null = null;

  constructor(private readonly asker: Pick<Asker, "ask">) {}

  /** In a sentence; empty where the service does not tell it. */
  of(untilMs: number): Promise<string> {
    if (this.known?.untilMs !== untilMs) this.known = { untilMs, reason: this.ask() };
    return this.known.reason;
  }

  private async ask(): Promise<string> {
    try {
      const { mute } = await this.asker.ask<Answer>("GET", "/chat/mute");
      if (mute !== null) return asSentence(mute.reason);
    } catch {
      // What the battle tells stands without it.
    }
    // The next refusal asks anew.
    this.known = null;
    return "";
  }
}
