//! What the player can do about others, each with the words for when it is done.

import type { Card, CompanyApi, Invitation, Rank } from "./api";

export interface Deed {
  /** Does it; what it gives are words that only the answer knows. */
  work(api: CompanyApi): Promise<unknown>;
  done: string;
}

type Group = "party" | "guild";

/** Somebody who is seen, or whose name was typed. */
export type Somebody = Pick<Card, "character" | "name"> | { name: string };

export function befriend(whom: Somebody): Deed {
  return { work: withId(whom, (api, id) => api.befriend(id)), done: `${whom.name} was asked.` };
}

export function acceptFriend({ character, name }: Card): Deed {
  return { work: (api) => api.acceptFriend(character), done: `${name} and you are friends now.` };
}

/** Declines, withdraws, parts, or lifts a block, as the words say. */
export function endRelation({ character }: Card, done: string): Deed {
  return { work: (api) => api.endRelation(character), done };
}

export function block(whom: Somebody): Deed {
  const done = `${whom.name} is not heard by you from now on, and can neither ask nor invite you.`;
  return { work: withId(whom, (api, id) => api.block(id)), done };
}

export function invite(to: Group, whom: Somebody): Deed {
  return { work: withId(whom, (api, id) => api.invite(to, id)), done: `${whom.name} is invited.` };
}

export function join({ kind, group }: Invitation): Deed {
  return { work: (api) => api.join(kind, group), done: `You are in the ${kind} now.` };
}

export function decline({ group, by }: Invitation): Deed {
  return { work: (api) => api.decline(group), done: `You declined what ${by.name} asked.` };
}

export function leave(kind: Group): Deed {
  return { work: (api) => api.leave(kind), done: `You have left the ${kind}.` };
}

export function kick(from: Group, { character, name }: Card): Deed {
  return { work: (api) => api.kick(from, character), done: `${name} is out of the ${from}.` };
}

export function handOver(kind: Group, { character, name }: Card): Deed {
  return { work: (api) => api.handOver(kind, character), done: `${name} leads the ${kind} now.` };
}

export function found(name: string, tag: string): Deed {
  return { work: (api) => api.found(name, tag), done: `${name} is founded.` };
}

export function setRank({ character, name }: Card, rank: Rank): Deed {
  return { work: (api) => api.setRank(character, rank), done: `${name} is ${rank} now.` };
}

export function setMessage(message: string): Deed {
  return { work: (api) => api.setMessage(message), done: "The message of the day is set." };
}

export function disband(name: string): Deed {
  return { work: (api) => api.disband(), done: `${name} is no more.` };
}

function withId(
  whom: Somebody,
  work: (api: CompanyApi, character: string) => Promise<unknown>,
): Deed["work"] {
  return async (api) => {
    const { character } = "character" in whom ? whom : await api.named(whom.name);
    return work(api, character);
  };
}
