//! One leaderboard at a time: the best, and those around the player.

import { asProblem } from "../account";
import type { Board, CompanyApi, Period, Ranked } from "./api";

export interface BoardChoice {
  board: Board;
  period: Period;
  /** Those next to the player, in place of the best. */
  isAround: boolean;
}

export interface BoardView extends BoardChoice {
  /** Null until they are told; empty if there is nobody, or the player is not on it. */
  ranks: readonly Ranked[] | null;
}

export const BOARD_FIRST: BoardView = { board: "score", period: "week", isAround: false, ranks: null };

export async function readBoard(api: CompanyApi, choice: BoardChoice): Promise<readonly Ranked[]> {
  if (!choice.isAround) return api.best(choice.board, choice.period);
  try {
    return await api.around(choice.board, choice.period);
  } catch (error) {
    // Who did nothing yet is on no board.
    if (asProblem(error).kind === "not-found") return [];
    throw error;
  }
}

export function isSameBoard(one: BoardChoice, other: BoardChoice): boolean {
  return (
    one.board === other.board && one.period === other.period && one.isAround === other.isAround
  );
}
