//! What the player's party and guild said before this page came, as the chat service keeps it: asked whenever the
//! battle says that the player is in one, so that a reload or a lost connection loses no words. A service that gives
//! no answer is asked a few times more and then let be: players hear each other without it.

import { asProblem } from "../account";
import type { Asker } from "./api";
import type { Surroundings } from "./company";

/** As many as one scrolls through; the service's page holds twice as many. */
const LINES_MAX = 50;
/** From one try to the next. The service may hear a moment after the battle that somebody has joined. */
const TRY_AGAIN_MS = [1_000, 4_000, 15_000];

export type Group = "party" | "guild";

/** One message, as the service tells it. */
export interface ChatLine {
  /** Its number, which has 64 bits. */
  message: string;
  name: string;
  house: number;
  text: string;
  /** Milliseconds since 1970, by the clock of who told it. */
  time_ms: number;
}

export class Recall {
  /** The newest question about each; who asks anew gives up the one before. */
  private readonly questions: Record<Group, number> = { party: 0, guild: 0 };

  /** `tell` takes the lines of a group, the eldest first. */
  constructor(
    private readonly asker: Asker,
    private readonly around: Surroundings,
    private readonly tell: (group: Group, lines: readonly ChatLine[]) => void,
  ) {}

  ask(group: Group): void {
    const character = this.asker.character();
    this.questions[group] += 1;
    const question = this.questions[group];
    const isWanted = () => this.questions[group] === question && this.asker.character() === character;
    if (character !== null) void this.attempt(group, character, isWanted, TRY_AGAIN_MS);
  }

  private async attempt(
    group: Group,
    character: string,
    isWanted: () => boolean,
    waitsMs: readonly number[],
  ): Promise<void> {
    if (!isWanted()) return;
    try {
      const path = `/chat/channels/${group}/lines?character=${character}&limit=${LINES_MAX}`;
      const { lines } = await this.asker.ask<{ lines: ChatLine[] }>("GET", path);
      if (isWanted()) this.tell(group, lines.toReversed());
    } catch (error) {
      const { isPassing, status } = asProblem(error);
      const [waitMs, ...others] = waitsMs;
      if (waitMs === undefined || !(isPassing || status === 404)) return;
      this.around.later(waitMs, () => void this.attempt(group, character, isWanted, others));
    }
  }
}
