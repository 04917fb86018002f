//! What the service tells of one character, read whole: pages joined, and what there is not as null.

import { asProblem } from "../account";
import type { CompanyApi, Guild, Invitation, Party, Profile, Relation } from "./api";

/** As many as one character may know, and a guild may have, by pages of a hundred. */
const PAGE_MAX = 100;
const RELATION_PAGES_MAX = 4;
const GUILD_PAGES_MAX = 2;

/** What waits for the player's answer, and who is there. */
export interface Calls {
  relations: readonly Relation[];
  invitations: readonly Invitation[];
}

export interface Fellowship extends Calls {
  profile: Profile;
  party: Party | null;
  guild: Guild | null;
}

export async function readCalls(api: CompanyApi): Promise<Calls> {
  const [relations, invitations] = await Promise.all([readRelations(api), api.invitations()]);
  return { relations, invitations };
}

export async function readFellowship(api: CompanyApi): Promise<Fellowship> {
  const [calls, profile, party, guild] = await Promise.all([
    readCalls(api),
    api.profile(),
    unless("no-party", api.party()),
    unless("no-guild", readGuild(api)),
  ]);
  return { ...calls, profile, party, guild };
}

/** Of those whom the player wants to hear no more; nobody's as long as the service has not told. */
export function blockedNames(calls: Calls | null): ReadonlySet<string> {
  const blocked = (calls?.relations ?? []).filter((it) => it.relation === "blocked");
  return new Set(blocked.map((it) => it.name));
}

async function readRelations(api: CompanyApi): Promise<Relation[]> {
  const all: Relation[] = [];
  for (let pages = 0; pages < RELATION_PAGES_MAX; pages++) {
    const page = await api.relations(all.at(-1)?.character ?? null);
    all.push(...page);
    if (page.length < PAGE_MAX) break;
  }
  return all;
}

async function readGuild(api: CompanyApi): Promise<Guild> {
  const guild = await api.guild(null);
  const members = [...guild.members];
  for (let pages = 1; pages < GUILD_PAGES_MAX && members.length < guild.members_count; pages++) {
    const last = members.at(-1);
    if (!last) break;
    members.push(...(await api.guild(last.character)).members);
  }
  return { ...guild, members };
}

async function unless<Value>(kind: string, asked: Promise<Value>): Promise<Value | null> {
  try {
    return await asked;
  } catch (error) {
    if (asProblem(error).kind === kind) return null;
    throw error;
  }
}
