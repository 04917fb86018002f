//! What players read: why something was refused, and what there is to do.

import { asSentence, type Problem } from "../account";

export const AWAY = "Your company cannot be reached just now. The battle goes on; this is tried again.";
export const NOT_DONE = "That could not be done: the service cannot be reached. Try again in a moment.";
export const TOO_MANY = "One thing after the other: wait until the last ones are done.";
export const NO_SERVICE = "This server keeps no accounts, and so no friends, parties and guilds.";
export const NOBODY =
  "The account service was away when you joined, so you play without company. Leave and fight again to have some.";

const BY_KIND: Record<string, string> = {
  "no-character": "Nobody has this name. Read it from the scoreboard.",
  "oneself": "That is you.",
  "blocked": "One of you has blocked the other.",
  "friends-already": "You are friends, or one of you has asked already.",
  "no-request": "They ask you no longer.",
  "no-relation": "That has ended already.",
  "relations-full": "One of you knows as many people as there is room for.",
  "no-invitation": "The invitation has ended.",
  "invited-already": "They are invited already.",
  "invitations-full": "Too many invitations wait for them. Ask again later.",
  "no-party": "You are in no party any more.",
  "in-party": "A party must be left before one joins another.",
  "party-full": "The party is full: eight is the most.",
  "not-in-party": "They are not in your party any more.",
  "not-leader": "Only the leader may do this.",
  "no-guild": "You are in no guild any more.",
  "in-guild": "A guild must be left before one joins another.",
  "guild-full": "The guild is full: 200 is the most.",
  "not-in-guild": "They are not in your guild any more.",
  "guild-name-taken": "Another guild has this name.",
  "guild-tag-taken": "Another guild has these letters.",
  "rank-too-low": "Your rank may not do this.",
  "leads-guild": "You lead the guild: hand it over, or disband it, before that.",
  "name-taken": "Somebody else has this name.",
  "characters-full": "Four characters are the most. Delete one of them first.",
  "unauthorized": "Your session has ended. Sign in again at the title.",
  "no-services": NO_SERVICE,
};

export function refusal(problem: Problem): string {
  if (problem.status === 429) return problem.sentence();
  if (problem.isPassing) return NOT_DONE;
  const known = BY_KIND[problem.kind];
  if (known !== undefined) return known;
  return problem.fields.map(fieldWords).join(" ") || problem.sentence();
}

function fieldWords({ field, detail }: { field: string; detail: string }): string {
  const name = { name: "A name has ", tag: "The letters are ", message: "The message has " }[field];
  return asSentence(`${name ?? ""}${detail}`);
}
