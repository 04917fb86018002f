//! The account's characters, for the title: what there are, and making, renaming, dressing and deleting them.

import { asProblem } from "../account";
import { AccountApi, type Appearance, type Asker, type CharacterAnswer, type House } from "./api";
import { refusal } from "./words";

/** The service keeps no more of one account. */
export const CHARACTERS_MAX = 4;
/** How many there are of each, as the service counts them. */
export const LOOKS: Record<keyof Appearance, number> = { hair: 16, skin: 8, tabard: 16, emblem: 32 };

export interface RosterState {
  /** Null until they are told. */
  characters: readonly CharacterAnswer[] | null;
  /** What became of the newest deed, or why nothing is told; empty if there is nothing to say. */
  word: { kind: "done" | "refused"; text: string } | null;
  isBusy: boolean;
}

const NOTHING: RosterState = { characters: null, word: null, isBusy: false };

export class Roster {
  private current = NOTHING;
  private listeners: ((state: RosterState) => void)[] = [];
  private readonly api: AccountApi;

  constructor(asker: Asker) {
    this.api = new AccountApi(asker);
  }

  get state(): RosterState {
    return this.current;
  }

  /** Calls at once, and whenever something changed; what it gives ends that. */
  subscribe(listener: (state: RosterState) => void): () => void {
    this.listeners.push(listener);
    listener(this.current);
    return () => {
      this.listeners = this.listeners.filter((it) => it !== listener);
    };
  }

  /** Nobody is signed in any more. */
  forget(): void {
    this.change(NOTHING);
  }

  load(): Promise<boolean> {
    return this.attempt("", async () => undefined);
  }

  create(name: string, house: House, appearance: Appearance): Promise<boolean> {
    return this.attempt(`${name} is ready.`, () => this.api.create({ name, house, appearance }));
  }

  rename(character: string, name: string): Promise<boolean> {
    return this.attempt(`The name is ${name} now.`, () => this.api.rename(character, name));
  }

  dress(character: string, house: House, appearance: Appearance): Promise<boolean> {
    return this.attempt("The look is kept.", () => this.api.dress(character, house, appearance));
  }

  remove({ character, name }: CharacterAnswer): Promise<boolean> {
    return this.attempt(`${name} is gone for good.`, () => this.api.remove(character));
  }

  private async attempt(done: string, work: () => Promise<unknown>): Promise<boolean> {
    this.change({ isBusy: true });
    try {
      await work();
      const characters = await this.api.characters();
      this.change({ characters, word: done ? { kind: "done", text: done } : null, isBusy: false });
      return true;
    } catch (error) {
      const text = refusal(asProblem(error));
      this.change({ word: { kind: "refused", text }, isBusy: false });
      return false;
    }
  }

  private change(part: Partial<RosterState>): void {
    this.current = { ...this.current, ...part };
    for (const listener of this.listeners) listener(this.current);
  }
}
