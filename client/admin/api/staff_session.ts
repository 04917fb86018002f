//! Who works here: signs in with a second factor, and asks the service in that name. The session is apart from the
//! game's in the same browser, so that who plays holds no staff's tokens.

import { AccountSession, AuthApi, Problem, request, type Call, type Login, type Storage } from "../../src/account";

/** Where the services answer, from the server's root. */
export const SERVICES = "/api";
/** Of the session in the browser's storage. */
export const STORAGE_KEY = "voxelheim.staff";

export class StaffSession {
  private readonly auth: AuthApi;
  private readonly session: AccountSession;

  constructor(
    private readonly services: string,
    private readonly storage: Storage,
  ) {
    this.auth = new AuthApi(services);
    this.session = new AccountSession(this.auth, storage);
  }

  /** Whether somebody signed in here and did not sign out. */
  get isKept(): boolean {
    return this.session.kept !== null;
  }

  /** Whose session it is, by now: all tabs share it. */
  get holder(): string | null {
    return this.session.kept?.account ?? null;
  }

  /** Hears of what other tabs do to it. */
  watch(changed: () => void): void {
    this.storage.watch(changed);
  }

  /** @throws Problem `second-factor-required` where a code is missing. */
  signIn(form: Login): Promise<void> {
    return this.session.adopt(() => this.auth.login(form));
  }

  signOut(): Promise<void> {
    return this.session.logOut();
  }

  /** What the account is, as the auth service says: why somebody is no staff here. */
  account() {
    return this.session.authorized(this.auth.account);
  }

  ask = (method: Call["method"], path: string, form?: object): Promise<unknown> =>
    this.session.authorized((access) => request(`${this.services}${path}`, { method, access, form }));

  /** The world, a line a second. */
  openLive = (signal: AbortSignal): Promise<Response> =>
    this.session.authorized(async (access) => {
      const headers = { authorization: `Bearer ${access}` };
      const live = await fetch(`${this.services}/admin/live`, { headers, cache: "no-store", signal });
      if (!live.ok) throw await Problem.of(live);
      return live;
    });
}
