//! The player service's routes, one function each, with what they take and give. Numbers of characters, parties
//! and guilds are text: they have 63 bits.

import type { Call } from "../account";

/** 0 red, 1 blue, 255 whichever needs people. */
export type House = number;

/** Numbers of what there is to choose from. */
export interface Appearance {
  hair: number;
  skin: number;
  tabard: number;
  emblem: number;
}

/** A character, as it is named everywhere. */
export interface Card {
  character: string;
  name: string;
  house: House;
  appearance: Appearance;
}

export interface CharacterAnswer extends Card {
  created_ms: number;
}

export interface GuildSeat {
  guild: string;
  name: string;
  tag: string;
  rank: Rank;
}

export interface Profile extends Card {
  level: number;
  experience: number;
  /** At which this level began, and the next does; the same at the last level. */
  level_experience: number;
  next_level_experience: number;
  kills: number;
  deaths: number;
  score: number;
  blocks_dug: number;
  blocks_placed: number;
  guild: GuildSeat | null;
}

export type RelationKind = "friend" | "asked" | "asking" | "blocked";

export interface Relation extends Card {
  relation: RelationKind;
  since_ms: number;
  /** Where a friend plays just now. */
  place: string | null;
}

export interface Invitation {
  kind: "party" | "guild";
  group: string;
  by: Card;
  expires_ms: number;
}

export interface Party {
  party: string;
  leader: string;
  /** The longest there first. */
  members: Card[];
}

export const RANKS = ["recruit", "member", "officer", "leader"] as const;
export type Rank = (typeof RANKS)[number];

export interface GuildMember extends Card {
  rank: Rank;
  since_ms: number;
}

export interface Guild {
  guild: string;
  name: string;
  tag: string;
  /** Of the day. */
  message: string;
  founded_ms: number;
  members_count: number;
  members: GuildMember[];
}

export const BOARDS = ["score", "kills", "level"] as const;
export type Board = (typeof BOARDS)[number];
export type Period = "all" | "week";

export interface Ranked extends Card {
  /** None beyond the 10,000th. */
  rank: number | null;
  /** Of `level`, the experience. */
  value: number;
}

export interface SettingsAnswer {
  revision: number;
  settings: Record<string, unknown>;
}

/** Who asks: the account. */
export interface Asker {
  /** Whether the server has accounts at all. */
  readonly state: { isOffered: boolean };
  character(): string | null;
  ask<Answer>(method: Call["method"], path: string, form?: object): Promise<Answer>;
}

/** What an account asks, whomever it plays. */
export class AccountApi {
  constructor(private readonly asker: Asker) {}

  characters = (): Promise<CharacterAnswer[]> => this.ask("GET", "/characters");
  create = (form: { name: string; house: House; appearance: Appearance }): Promise<Card> =>
    this.ask("POST", "/characters", form);
  remove = (character: string): Promise<CharacterAnswer[]> =>
    this.ask("DELETE", `/characters/${character}`);
  rename = (character: string, name: string): Promise<Card> =>
    this.ask("PUT", `/characters/${character}/name`, { name });
  dress = (character: string, house: House, appearance: Appearance): Promise<Card> =>
    this.ask("PUT", `/characters/${character}/look`, { house, appearance });
  settings = (): Promise<SettingsAnswer> => this.ask("GET", "/settings");
  setSettings = (form: SettingsAnswer): Promise<{ revision: number }> =>
    this.ask("PUT", "/settings", form);

  private ask<Answer>(method: Call["method"], path: string, form?: object): Promise<Answer> {
    return this.asker.ask(method, `/player${path}`, form);
  }
}

/** What one character asks and does. */
export class CompanyApi {
  constructor(
    private readonly asker: Asker,
    readonly character: string,
  ) {}

  profile = (): Promise<Profile> => this.ask("GET", `/profiles/${this.character}`);
  /** Whom a name is; names are unique. */
  named = (name: string): Promise<Card> => this.ask("GET", `/names/${encodeURIComponent(name)}`);
  best = (board: Board, period: Period): Promise<Ranked[]> =>
    this.ask("GET", `/leaderboards/${board}/${period}`);
  around = (board: Board, period: Period): Promise<Ranked[]> =>
    this.own("GET", `leaderboards/${board}/${period}`);

  relations = (after: string | null): Promise<Relation[]> =>
    this.own("GET", after === null ? "friends" : `friends?after=${after}`);
  befriend = (character: string): Promise<unknown> => this.own("POST", "friends", { character });
  acceptFriend = (character: string): Promise<unknown> =>
    this.own("POST", `friends/${character}/accept`, {});
  endRelation = (character: string): Promise<unknown> => this.own("DELETE", `friends/${character}`);
  block = (character: string): Promise<unknown> => this.own("POST", "blocks", { character });

  invitations = (): Promise<Invitation[]> => this.own("GET", "invitations");
  decline = (group: string): Promise<unknown> => this.own("DELETE", `invitations/${group}`);
  invite = (to: "party" | "guild", character: string): Promise<unknown> =>
    this.own("POST", `${to}/invitations`, { character });
  join = (kind: "party" | "guild", group: string): Promise<unknown> =>
    this.own("POST", `${kind}/join`, { [kind]: group });
  leave = (kind: "party" | "guild"): Promise<unknown> => this.own("POST", `${kind}/leave`, {});
  kick = (from: "party" | "guild", character: string): Promise<unknown> =>
    this.own("POST", `${from}/kick`, { character });
  /** Has another member lead. */
  handOver = (kind: "party" | "guild", character: string): Promise<unknown> =>
    this.own("POST", `${kind}/leader`, { character });

  party = (): Promise<Party> => this.own("GET", "party");
  guild = (after: string | null): Promise<Guild> =>
    this.own("GET", after === null ? "guild" : `guild?after=${after}`);
  found = (name: string, tag: string): Promise<unknown> => this.own("POST", "guild", { name, tag });
  setRank = (character: string, rank: Rank): Promise<unknown> =>
    this.own("PUT", "guild/rank", { character, rank });
  setMessage = (message: string): Promise<unknown> => this.own("PUT", "guild/message", { message });
  disband = (): Promise<unknown> => this.own("POST", "guild/disband", {});

  private own<Answer>(method: Call["method"], path: string, form?: object): Promise<Answer> {
    return this.ask(method, `/characters/${this.character}/${path}`, form);
  }

  private ask<Answer>(method: Call["method"], path: string, form?: object): Promise<Answer> {
    return this.asker.ask(method, `/player${path}`, form);
  }
}
