//! The session of who is signed in: an access token in memory, a refresh token in the browser, of which
//! each is used once. It is not responsible for what the account is or shows.

import type { AuthApi, Tokens } from "./api";
import { asProblem, Problem } from "./problem";
import type { Kept, Storage } from "./storage";

/** An access token is replaced so long before its end: a request and its answer take less. */
const AHEAD_MS = 30_000;
/** Between tries of a refresh whose answer may have been lost, and until when it is tried: the service answers a token
 * that was used already once more for a minute, and later takes it for stolen. */
const TRY_AGAIN_MS = 10_000;
const TRIES_MS_MAX = 50_000;

interface Access {
  account: string;
  token: string;
  expiresMs: number;
}

export class AccountSession {
  private access: Access | null = null;
  private nextTry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: AuthApi,
    private readonly storage: Storage,
  ) {}

  get kept(): Kept | null {
    return this.storage.read();
  }

  /** Does `work` with an access token; once more with a new one if that was not believed.
   * @throws Problem `unauthorized` where nobody is signed in, or no longer. */
  async authorized<Value>(work: (access: string) => Promise<Value>): Promise<Value> {
    const token = await this.fresh();
    try {
      return await work(token);
    } catch (error) {
      if (!isUnbelieved(error)) throw error;
      return work(await this.renew(token));
    }
  }

  /** Becomes a new guest, unless another tab was quicker. */
  async becomeGuest(): Promise<void> {
    await this.storage.alone(async () => {
      if (this.kept === null) this.keep(await this.api.guest());
    });
  }

  /** Signs in with tokens that `get` brings; who was signed in before is signed out. */
  async adopt(get: () => Promise<Tokens>): Promise<void> {
    const before = await this.storage.alone(async () => {
      const tokens = await get();
      const kept = this.kept;
      this.keep(tokens);
      return kept;
    });
    if (before !== null) await this.end(before);
  }

  /** Signs out here, even if the service does not hear of it. */
  async logOut(): Promise<void> {
    const before = await this.storage.alone(async () => {
      const kept = this.kept;
      this.forget();
      return kept;
    });
    if (before !== null) await this.end(before);
  }

  forget(): void {
    this.access = null;
    this.storage.write(null);
  }

  /** So that the next request shows what a session newly may. */
  async refresh(): Promise<void> {
    await this.renew(this.access?.token ?? "");
  }

  private async fresh(): Promise<string> {
    const { access, kept } = this;
    const isOurs = access !== null && access.account === kept?.account;
    if (isOurs && access.expiresMs - AHEAD_MS > Date.now()) return access.token;
    return this.renew(access?.token ?? "");
  }

  /** One at a time over all tabs, and once for those who waited for the same. Without an answer it is tried again for
   * a while, whoever still waits for it. */
  private renew(stale: string, triedUntilMs?: number): Promise<string> {
    return this.storage.alone(async () => {
      const { access, kept } = this;
      if (kept === null) throw new Problem("unauthorized", 401, { title: "Sign in to do this" });
      const wasRenewed = access !== null && access.token !== stale && access.account === kept.account;
      if (wasRenewed) return access.token;
      const untilMs = triedUntilMs ?? Date.now() + TRIES_MS_MAX;
      try {
        return this.keep(await this.api.refresh(kept.refreshToken));
      } catch (error) {
        if (isUnbelieved(error)) this.forget();
        if (isUnsure(error)) this.tryAgain(kept, stale, untilMs);
        throw error;
      }
    });
  }

  private tryAgain({ refreshToken }: Kept, stale: string, untilMs: number): void {
    clearTimeout(this.nextTry);
    if (Date.now() + TRY_AGAIN_MS > untilMs) return;
    this.nextTry = setTimeout(() => {
      if (this.kept?.refreshToken !== refreshToken) return;
      // Who asked was told of it before.
      this.renew(stale, untilMs).catch(() => undefined);
    }, TRY_AGAIN_MS);
  }

  private keep(tokens: Tokens): string {
    const { account, guest: isGuest, refresh_token: refreshToken } = tokens;
    this.access = { account, token: tokens.access_token, expiresMs: tokens.access_expires_ms };
    this.storage.write({ account, isGuest, refreshToken });
    return tokens.access_token;
  }

  /** As far as the service can be told: what is not told ends by itself. */
  private async end({ refreshToken }: Kept): Promise<void> {
    try {
      await this.api.logOut(refreshToken);
    } catch {
      // It is away, or knows this session no more.
    }
  }
}

/** Whether the service may have done it, though nobody heard of it. */
function isUnsure(error: unknown): boolean {
  const { status } = asProblem(error);
  return status === 0 || status >= 500;
}

/** A password that was wrong is a 401 too, and no reason for a new token. */
function isUnbelieved(error: unknown): boolean {
  return error instanceof Problem && error.kind === "unauthorized";
}
