//! The auth service's routes, one function each, with what they take and give.

import type { Provider } from "./departure";
import { request, type Call } from "./request";

export interface Tokens {
  account: string;
  role: string;
  guest: boolean;
  access_token: string;
  /** Milliseconds since 1970. */
  access_expires_ms: number;
  refresh_token: string;
  refresh_expires_ms: number;
}

export interface AccountDetails {
  account: string;
  /** What the account may do once its second factor was given. */
  role: string;
  /** What this session may do. */
  session_role: string;
  guest: boolean;
  email: string | null;
  has_password: boolean;
  has_second_factor: boolean;
  created_ms: number;
}

export interface SessionDetails {
  session: string;
  is_this: boolean;
  created_ms: number;
  used_ms: number;
  /** Where it was begun. */
  address: string;
}

export interface Login {
  email: string;
  password: string;
  /** Of the second factor, or one from paper. */
  code?: string;
}

/** Into the battle. */
export interface Admission {
  ticket: string;
  /** Whom it lets in, by the number that services know it by. */
  character_id: string;
}

/** A sign-in by another provider, as it begins. */
export interface Begun {
  /** Where the browser goes. */
  url: string;
  secret: string;
}

/** And as it ends. */
export interface Finish {
  code: string;
  state: string;
  secret: string;
}

export interface SecondFactor {
  /** For typing. */
  secret: string;
  /** `otpauth://`, for an app. */
  uri: string;
}

export class AuthApi {
  constructor(private readonly base: string) {}

  guest = (): Promise<Tokens> => this.post("/guests");
  login = (form: Login): Promise<Tokens> => this.post("/login", form);
  refresh = (token: string): Promise<Tokens> => this.post("/refresh", { refresh_token: token });
  logOut = (token: string): Promise<void> => this.post("/logout", { refresh_token: token });
  register = (form: Login): Promise<void> => this.post("/register", form);
  verify = (token: string, password: string): Promise<Tokens> =>
    this.post("/verify", { token, password });
  forgot = (email: string): Promise<void> => this.post("/password/forgot", { email });
  reset = (token: string, password: string): Promise<void> =>
    this.post("/password/reset", { token, new_password: password });

  /** A guest's own account becomes one with a mail address. */
  registerGuest = (access: string, form: Login): Promise<void> =>
    this.post("/guests/register", form, access);
  account = (access: string): Promise<AccountDetails> => this.call("GET", "/account", access);
  sessions = (access: string): Promise<SessionDetails[]> => this.call("GET", "/sessions", access);
  logOutEverywhere = (access: string): Promise<void> => this.post("/logout-everywhere", {}, access);
  changePassword = (access: string, current: string, next: string): Promise<void> =>
    this.post("/password/change", { current_password: current, new_password: next }, access);
  beginFactor = (access: string, password: string): Promise<SecondFactor> =>
    this.post("/second-factor", { password }, access);
  confirmFactor = (access: string, code: string): Promise<{ recovery_codes: string[] }> =>
    this.post("/second-factor/confirm", { code }, access);
  removeFactor = (access: string, password: string, code: string): Promise<void> =>
    this.post("/second-factor/remove", { password, code }, access);
  ticket = (access: string, character: string, edge: string): Promise<Admission> =>
    this.post("/tickets", { character, edge }, access);

  providers = (): Promise<Provider[]> => this.call("GET", "/oidc");
  beginProvider = (name: string): Promise<Begun> => this.post(`/oidc/${name}`);
  /** For a guest, who becomes the provider's user. */
  linkProvider = (access: string, name: string): Promise<Begun> =>
    this.post(`/oidc/${name}/link`, undefined, access);
  finishProvider = (name: string, form: Finish): Promise<Tokens> => this.post(`/oidc/${name}/finish`, form);

  private post<Answer>(path: string, form?: object, access?: string): Promise<Answer> {
    return this.call("POST", path, access, form);
  }

  /** @throws Problem */
  private call<Answer>(
    method: Call["method"],
    path: string,
    access?: string,
    form?: object,
  ): Promise<Answer> {
    return request(`${this.base}/auth${path}`, { method, access, form });
  }
}
