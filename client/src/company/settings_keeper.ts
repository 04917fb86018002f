//! Settings that follow the account: what is chosen here goes to the service, what was chosen elsewhere comes
//! from it. Without the service they are the browser's, and what was chosen meanwhile is told later.

import { asProblem, type Problem } from "../account";
import { AccountApi, type Asker, type SettingsAnswer } from "./api";
import { isDocument, isSame, type Document } from "./sameness";
import { merged } from "./settings_merge";

/** After a change: a slider that is dragged is one change. */
const SAVE_MS = 1_200;
/** After a service that was away. */
const RETRY_MS = 15_000;
/** Of saves that others were quicker than. */
const TRIES_MAX = 4;

/** The settings of this page. */
export interface LocalSettings {
  read(): Document;
  apply(settings: Document): void;
}

/** What the service and this browser agreed on last, kept over reloads; by account. */
export interface AgreedStorage {
  read(owner: string): Document | null;
  write(owner: string, agreed: Document): void;
}

export interface Surroundings {
  /** Calls once, later; what it gives takes that back. */
  later(ms: number, work: () => void): () => void;
}

export class SettingsKeeper {
  private readonly api: AccountApi;
  /** Whose they are; null while nobody is signed in. */
  private owner: string | null = null;
  private stopWaiting: () => void = () => undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    asker: Asker,
    private readonly local: LocalSettings,
    private readonly agreed: AgreedStorage,
    private readonly around: Surroundings,
  ) {
    this.api = new AccountApi(asker);
  }

  /** Who is signed in from now on. */
  follow(owner: string | null): void {
    if (owner === this.owner) return;
    this.owner = owner;
    this.stopWaiting();
    if (owner !== null) this.sync();
  }

  /** The player chose something. */
  changed(): void {
    if (this.owner !== null) this.syncIn(SAVE_MS);
  }

  private syncIn(ms: number): void {
    this.stopWaiting();
    this.stopWaiting = this.around.later(ms, () => this.sync());
  }

  private sync(): void {
    const { owner } = this;
    if (owner === null) return;
    this.last = this.last.then(() => this.attempt(owner));
  }

  private async attempt(owner: string): Promise<void> {
    try {
      await this.agree(owner);
    } catch (error) {
      if (this.owner === owner && asProblem(error).isPassing) this.syncIn(RETRY_MS);
    }
  }

  /** Takes what was chosen elsewhere, then tells what was chosen here, until both are the same. */
  private async agree(owner: string): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const told = await this.api.settings();
      if (this.owner !== owner) return;
      const settings = this.take(owner, told);
      if (isSame(settings, told.settings)) return this.agreed.write(owner, settings);
      try {
        await this.api.setSettings({ revision: told.revision, settings });
        return this.agreed.write(owner, settings);
      } catch (error) {
        if (!isOutrun(asProblem(error))) throw error;
      }
    }
  }

  /** What they are now, here. */
  private take(owner: string, told: SettingsAnswer): Document {
    const ours = this.local.read();
    const isNew = told.revision === 0 || !isDocument(told.settings);
    // On a browser that knows nothing of the account, the account's are meant.
    const base = this.agreed.read(owner) ?? ours;
    const settings = isNew ? ours : merged(base, ours, told.settings);
    if (!isSame(settings, ours)) this.local.apply(settings);
    return settings;
  }
}

function isOutrun(problem: Problem): boolean {
  return problem.kind === "settings-changed";
}
