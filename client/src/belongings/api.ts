//! The inventory service's routes, one function each, with what they take and give. Numbers of things and
//! characters are text: they have 63 bits.

import type { Call } from "../account";

export type Slot = "hand" | "off_hand" | "head" | "chest" | "legs" | "feet";

export interface Item {
  item: string;
  title: string;
  /** How many lie on one place of a bag. */
  stack: number;
  unique: boolean;
  /** Where it is worn, if anywhere. */
  slot: Slot | null;
  /** What it does in the battle, worn. */
  effect: Effect | null;
  /** Points of health that who eats or drinks it has back; 0 of what is no food. */
  heals: number;
}

/** `armour` and `shield` keep off so many 1/1000 of a blow; `blow` and `arrow` take so many points more. */
export interface Effect {
  kind: "armour" | "shield" | "blow" | "arrow";
  amount: number;
}

export interface Ingredient {
  item: string;
  count: number;
}

export interface Recipe {
  recipe: string;
  needs: Ingredient[];
  gives: Ingredient[];
}

export interface Definitions {
  items: Item[];
  recipes: Recipe[];
}

/** Some of a thing. */
export interface Lot {
  item: string;
  /** Which one, of a unique item. */
  unique: string | null;
  count: number;
}

export interface Worn {
  slot: Slot;
  item: string;
  unique: string | null;
}

export interface BelongingsAnswer {
  /** How often it was changed. */
  revision: number;
  bag: Lot[];
  chest: Lot[];
  equipment: Worn[];
}

/** What became of a wish. */
export interface Changed {
  batch: string;
  /** Whether it was done before, under the same key. */
  repeated: boolean;
  belongings: BelongingsAnswer;
}

export type TradeState = "open" | "done" | "cancelled" | "timed_out" | "lacking" | "no_room";

/** A character, as the player service names it. */
export interface Card {
  character: string;
  name: string;
}

export interface SideAnswer {
  character: string;
  confirmed: boolean;
  offer: Lot[];
}

export interface TradeAnswer {
  trade: string;
  state: TradeState;
  offers_revision: number;
  /** Until it ends by itself, from the answer on. */
  left_ms: number;
  sides: SideAnswer[];
}

/** Who asks: the account. */
export interface Asker {
  /** Whether the server has accounts at all. */
  readonly state: { isOffered: boolean };
  character(): string | null;
  ask<Answer>(method: Call["method"], path: string, form?: object): Promise<Answer>;
}

export class InventoryApi {
  constructor(
    private readonly asker: Asker,
    readonly character: string,
  ) {}

  definitions = (): Promise<Definitions> => this.asker.ask("GET", "/inventory/definitions");
  belongings = (): Promise<BelongingsAnswer> => this.own("GET", "belongings");
  /** Does what the path says, under the key of the form. */
  wish = (path: string, form: object): Promise<Changed> => this.own("POST", path, form);

  trade = (): Promise<TradeAnswer> => this.own("GET", "trades");
  openTrade = (character: string): Promise<TradeAnswer> =>
    this.own("POST", "trades", { with: character });
  offer = (trade: string, lots: readonly Lot[]): Promise<TradeAnswer> =>
    this.own("PUT", `trades/${trade}/offer`, { lots });
  confirm = (trade: string, offersRevision: number): Promise<TradeAnswer> =>
    this.own("POST", `trades/${trade}/confirm`, { offers_revision: offersRevision });
  cancel = (trade: string): Promise<TradeAnswer> => this.own("POST", `trades/${trade}/cancel`);

  /** Whom a name is, by the player service; names are unique. */
  named = (name: string): Promise<Card> =>
    this.asker.ask("GET", `/player/names/${encodeURIComponent(name)}`);
  /** What a character is called. */
  profile = (character: string): Promise<Card> =>
    this.asker.ask("GET", `/player/profiles/${character}`);

  private own<Answer>(method: Call["method"], path: string, form?: object): Promise<Answer> {
    return this.asker.ask(method, `/inventory/characters/${this.character}/${path}`, form);
  }
}
