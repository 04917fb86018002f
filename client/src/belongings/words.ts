//! What players read about wishes: what was refused and why, and what there is to do.

import { asSentence, type Problem } from "../account";

export const AWAY = "Your belongings cannot be reached just now. The battle goes on; this is tried again.";
export const GIVEN_UP = "That could not be done: your belongings cannot be reached. Try again later.";
export const TOO_MANY = "One thing after the other: wait until the last ones are done.";
export const NO_SERVICE = "This server keeps no accounts, and so no belongings.";
export const NOBODY =
  "The account service was away when you joined, so you play without belongings. Leave and fight again to have some.";

export const NO_FOOD = "There is nothing to eat or drink in your bag.";
export const NOT_HURT = "You are not hurt.";
export const FALLEN = "The fallen need no food.";

const BY_KIND: Record<string, string> = {
  "lacking": "There is not enough of it any more.",
  "wrong-slot": "That is not worn there.",
  "empty-slot": "Nothing is worn there any more.",
  "no-food": "That cannot be eaten or drunk.",
  "too-soon": "You have only just had something. Wait a few seconds.",
  "unknown-recipe": "This recipe is no longer known. Reload the page.",
  "unauthorized": "Your session has ended. Leave, and sign in again at the title.",
  "not-found": "That is no longer there.",
  "no-services": NO_SERVICE,
};

const NO_SUCH_PLAYER = ["not-found", "no-character"];
const BY_TRADE: Record<string, string> = {
  "a trade is with somebody else": "You cannot trade with yourself.",
  "one of them is trading already": "One of you is in another trade. Try again when it is over.",
  "the trade is over": "The trade is over.",
  "the offers have changed": "The offers have just changed. Look again, then agree.",
  "nobody offers anything": "Nobody offers anything yet.",
};

/** `noRoom` says where there was none. */
export function refusal(problem: Problem, noRoom: string): string {
  if (problem.kind === "no-room") return noRoom;
  if (problem.kind === "trade") return BY_TRADE[problem.detail] ?? asSentence(problem.detail);
  return BY_KIND[problem.kind] ?? problem.sentence();
}

/** Of a trade that was to be opened with somebody by name. */
export function invitationRefusal(problem: Problem, name: string): string {
  const isUnknown = NO_SUCH_PLAYER.includes(problem.kind) || problem.status === 422;
  if (!isUnknown) return refusal(problem, "");
  return `Nobody called ${name} is here who could trade. Choose somebody near, or read the name from the scoreboard.`;
}
