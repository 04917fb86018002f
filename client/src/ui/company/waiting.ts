//! What waits for the player's answer.
import type { Calls, Invitation, Relation } from "../../company";

export type Waiting =
  | { kind: "friend"; from: Relation }
  | { kind: "party" | "guild"; from: Invitation };

/** Parties first, for they end in minutes; then guilds, then friends. */
export function waitingFor(calls: Calls | null): readonly Waiting[] {
  if (calls === null) return [];
  const invitations = [...calls.invitations].sort((one, other) => orderOf(one) - orderOf(other));
  const asking = calls.relations.filter(({ relation }) => relation === "asking");
  return [
    ...invitations.map((from) => ({ kind: from.kind, from })),
    ...asking.map((from) => ({ kind: "friend" as const, from })),
  ];
}

function orderOf({ kind }: Invitation): number {
  return kind === "party" ? 0 : 1;
}

/** As a sentence over the battle. */
export function wordsOf(waiting: Waiting): string {
  if (waiting.kind === "friend") return `${waiting.from.name} asks to be your friend.`;
  const { by, kind } = waiting.from;
  return `${by.name} invites you to ${kind === "party" ? "a party" : "a guild"}.`;
}
