//! Who plays on this page, as the screens see it: what is known, and what one can do about it.

import type { AccountsInfo } from "../wire/link";
import { AuthApi, type AccountDetails, type Admission, type Begun, type Login } from "./api";
import { isAwaited, keepDeparture, type Arrival, type Provider } from "./departure";
import { asProblem, Problem } from "./problem";
import { request, type Call } from "./request";
import { AccountSession } from "./session";
import type { Storage } from "./storage";

export interface AccountState {
  /** Whether this server has accounts at all. */
  isOffered: boolean;
  who: "nobody" | "guest" | "account";
  /** The account's number, a guest's too. */
  owner: string | null;
  /** Null until the service told them. */
  details: AccountDetails | null;
  /** Why it told nothing when it was asked last: it is away, or who is signed in is banned. */
  trouble: string;
}

const NOBODY: AccountState = { isOffered: false, who: "nobody", owner: null, details: null, trouble: "" };

export class Account {
  private current: AccountState = NOBODY;
  private listeners: ((state: AccountState) => void)[] = [];
  /** Where the services are; null while the server is not known to have any. */
  private services: string | null = null;
  private played: { account: string; character: string } | null = null;
  private api = new AuthApi("");
  private session: AccountSession;

  constructor(
    private readonly origin: string,
    private readonly storage: Storage,
  ) {
    this.session = new AccountSession(this.api, storage);
    storage.watch(() => void this.look());
  }

  get state(): AccountState {
    return this.current;
  }

  /** Calls at once, and whenever something changed. */
  subscribe(listener: (state: AccountState) => void): void {
    this.listeners.push(listener);
    listener(this.current);
  }

  /** Asks the server whether it has accounts, and the service who this is. */
  async load(): Promise<void> {
    const info = await fetchAccounts(this.origin);
    if (info === null) return;
    this.offer(info);
    await this.look();
  }

  /** That the server has accounts, as it said just now; and with it, who this is. */
  offer(info: AccountsInfo): void {
    if (this.current.isOffered) return;
    this.services = `${this.origin}${info.api}`;
    this.api = new AuthApi(this.services);
    this.session = new AccountSession(this.api, this.storage);
    this.current = { ...this.current, isOffered: true };
    this.tellWho();
  }

  /** A ticket for the name; whoever is nobody becomes a guest for it.
   * @throws Problem */
  async ticket(name: string, audience: string): Promise<string> {
    if (this.session.kept === null) await this.session.becomeGuest();
    const wasGuest = this.session.kept?.isGuest ?? true;
    const ask = () => this.session.authorized((access) => this.api.ticket(access, name, audience));
    try {
      return this.play(await ask());
    } catch (error) {
      // A guest whom the service forgot is a new one; an account signs in again.
      if (asProblem(error).kind !== "unauthorized" || !wasGuest) throw error;
      await this.session.becomeGuest();
      return this.play(await ask());
    } finally {
      this.tellWho();
    }
  }

  /** The character that is played, by the number that services know it by; null before there was a ticket for
   * it, and where somebody else is signed in by now. */
  character(): string | null {
    const { played } = this;
    return played !== null && played.account === this.session.kept?.account ? played.character : null;
  }

  /** Asks a service in the name of who is signed in; `path` begins with the service's own name.
   * @throws Problem `unauthorized` where nobody is. */
  ask<Answer>(method: Call["method"], path: string, form?: object): Promise<Answer> {
    const { services } = this;
    if (services === null) return Promise.reject(new Problem("no-services", 404));
    const send = (access: string) => request<Answer>(`${services}${path}`, { method, access, form });
    return this.session.authorized(send);
  }

  /** Asks a service what it tells everybody.
   * @throws Problem */
  askAsAnybody<Answer>(path: string): Promise<Answer> {
    const { services } = this;
    if (services === null) return Promise.reject(new Problem("no-services", 404));
    return request<Answer>(`${services}${path}`, { method: "GET" });
  }

  async signIn(form: Login): Promise<void> {
    await this.session.adopt(() => this.api.login(form));
    await this.look();
  }

  /** A guest keeps what it has; the answer comes by mail. */
  async register(form: Login): Promise<void> {
    if (this.session.kept?.isGuest !== true) return this.api.register(form);
    return this.session.authorized((access) => this.api.registerGuest(access, form));
  }

  /** Ends a registration by the mailed link. */
  async verify(token: string, password: string): Promise<void> {
    await this.session.adopt(() => this.api.verify(token, password));
    await this.look();
  }

  /** By whom one may sign in besides; nobody where the service does not say. */
  async providers(): Promise<readonly Provider[]> {
    try {
      return await this.api.providers();
    } catch {
      return [];
    }
  }

  /** Leads the browser to a provider; `isLink`: a guest becomes that user, and keeps what it has.
   * @throws Problem */
  async leaveFor(provider: Provider, isLink: boolean): Promise<void> {
    const asGuest = isLink && this.session.kept?.isGuest === true;
    const begun = await (asGuest ? this.beginLink(provider) : this.api.beginProvider(provider.name));
    const state = new URL(begun.url).searchParams.get("state") ?? "";
    keepDeparture({ provider, state, secret: begun.secret });
    location.assign(begun.url);
  }

  /** Ends a sign-in by a provider that this window began.
   * @throws Problem */
  async arrive(arrival: Arrival): Promise<void> {
    const { by, state, code, departure } = arrival;
    if (departure === null || !isAwaited(arrival)) {
      throw new Problem("no-sign-in", 410, { title: "This window began no such sign-in. Begin again" });
    }
    if (code === "") {
      const title = `${departure.provider.title} did not sign you in`;
      throw new Problem("sign-in-refused", 401, { title });
    }
    const { secret } = departure;
    await this.session.adopt(() => this.api.finishProvider(by, { code, state, secret }));
    await this.look();
  }

  forgot(email: string): Promise<void> {
    return this.api.forgot(email);
  }

  /** Ends all sessions of the account, here as well. */
  async reset(token: string, password: string): Promise<void> {
    await this.api.reset(token, password);
    if (this.session.kept?.isGuest === false) await this.look();
  }

  sessions() {
    return this.session.authorized(this.api.sessions);
  }

  changePassword(current: string, next: string): Promise<void> {
    return this.session.authorized((access) => this.api.changePassword(access, current, next));
  }

  beginFactor(password: string) {
    return this.session.authorized((access) => this.api.beginFactor(access, password));
  }

  /** Gives the codes for paper, which the service tells only this once. */
  async confirmFactor(code: string): Promise<string[]> {
    const confirm = (access: string) => this.api.confirmFactor(access, code);
    const { recovery_codes: codes } = await this.session.authorized(confirm);
    try {
      await this.session.refresh();
    } catch {
      // What the session newly may shows with its next token; without the codes nobody comes in again.
    }
    await this.look();
    return codes;
  }

  /** All sessions end, so one signs in again. */
  async removeFactor(password: string, code: string): Promise<void> {
    await this.session.authorized((access) => this.api.removeFactor(access, password, code));
    this.session.forget();
    this.tellWho();
  }

  async logOut(): Promise<void> {
    await this.session.logOut();
    this.tellWho();
  }

  async logOutEverywhere(): Promise<void> {
    await this.session.authorized(this.api.logOutEverywhere);
    this.session.forget();
    this.tellWho();
  }

  /** Learns the account's details anew; without an answer those known stay. */
  async look(): Promise<void> {
    this.tellWho();
    if (!this.current.isOffered || this.current.who === "nobody") return;
    try {
      const details = await this.session.authorized(this.api.account);
      const who = details.guest ? "guest" : "account";
      this.change({ ...this.current, who, details, trouble: "" });
    } catch (error) {
      this.change({ ...this.current, trouble: asProblem(error).sentence() });
      this.tellWho();
    }
  }

  private async beginLink({ name }: Provider): Promise<Begun> {
    try {
      return await this.session.authorized((access) => this.api.linkProvider(access, name));
    } catch (error) {
      // A guest whom the service forgot has nothing to keep.
      if (asProblem(error).kind !== "unauthorized") throw error;
      return this.api.beginProvider(name);
    }
  }

  private play({ ticket, character_id: character }: Admission): string {
    const account = this.session.kept?.account;
    this.played = account === undefined ? null : { account, character };
    return ticket;
  }

  private tellWho(): void {
    const { kept } = this.session;
    const who = kept === null ? "nobody" : kept.isGuest ? "guest" : "account";
    const owner = kept?.account ?? null;
    const isKnown = owner !== null && this.current.details?.account === owner;
    this.change({ ...this.current, who, owner, details: isKnown ? this.current.details : null });
  }

  private change(state: AccountState): void {
    this.current = state;
    for (const listener of this.listeners) listener(state);
  }
}

/** Null where there are none, or nobody answers. */
async function fetchAccounts(origin: string): Promise<AccountsInfo | null> {
  try {
    const response = await fetch(`${origin}/connect.json`, { cache: "no-store" });
    const info = (await response.json()) as { accounts?: AccountsInfo | null };
    return info.accounts ?? null;
  } catch {
    return null;
  }
}
