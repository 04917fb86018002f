//! Staff, who do through the services' routes what a test does not do through a page.

import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { newestLink } from "./mailbox.mjs";
import { codeOf } from "./one_time_code.mjs";
import { serverBinary } from "./server.mjs";
import { until } from "./waiting.mjs";

const BOSS = { email: "boss@example.org", role: "admin" };
/** From a word to its place in the database. */
const KEPT_MS_MAX = 15_000;
const PASSWORD = "a very tall watchtower";

export class Admin {
  #server;
  #access;

  /** Of the second factor. */
  secret;
  password = PASSWORD;

  constructor(server, email) {
    this.#server = server;
    this.email = email;
  }

  /** From a registration to a role that counts. */
  static async appoint(server, { email, role } = BOSS) {
    const admin = new Admin(server, email);
    await admin.#call("POST", "/register", { email, password: PASSWORD });
    const token = new URL(await newestLink(server, email)).hash.replace("#verify=", "");
    const tokens = await admin.#call("POST", "/verify", { token, password: PASSWORD });
    admin.#access = tokens.access_token;
    const flags = ["appoint", "--data", server.data, email, role];
    execFileSync(serverBinary(), flags, { stdio: "pipe" });
    const { secret } = await admin.#call("POST", "/second-factor", { password: PASSWORD });
    admin.secret = secret;
    await admin.#call("POST", "/second-factor/confirm", { code: codeOf(secret) });
    const refreshed = { refresh_token: tokens.refresh_token };
    admin.#access = (await admin.#call("POST", "/refresh", refreshed)).access_token;
    return admin;
  }

  /** What the admin service answers, its status beside it. */
  async operate(method, path, form) {
    const answer = await this.#answer(method, `/admin${path}`, form);
    return { status: answer.status, body: await answer.json() };
  }

  /** What came of something that must be done. */
  async act(method, path, form) {
    const { status, body } = await this.operate(method, path, form);
    assert.equal(status, 200, `${method} ${path}: ${JSON.stringify(body)}`);
    return body.effect;
  }

  /** The number of the line that says this, once the service has put it down. */
  async lineOf(channel, wanted) {
    let line;
    const isKept = async () => {
      const { body } = await this.operate("GET", `/chat/channels/${channel}/lines`);
      line = body.lines.find(({ text }) => text === wanted);
      return line !== undefined;
    };
    await until(`a line says ${wanted}`, isKept, KEPT_MS_MAX);
    return line.message;
  }

  impose(account, kind, reason, untilMs) {
    const form = { kind, reason, ...(untilMs === undefined ? {} : { until_ms: untilMs }) };
    return this.#call("POST", `/accounts/${account}/sanctions`, form);
  }

  lift(account, { sanction }) {
    return this.#call("DELETE", `/accounts/${account}/sanctions/${sanction}`);
  }

  /** Until then, by an account's number. */
  mute(account, reason, untilMs) {
    return this.act("POST", `/players/${account}/mute`, { reason, until_ms: untilMs });
  }

  /** Those that are open. */
  async reports() {
    return (await this.operate("GET", "/reports")).body.reports;
  }

  unmute(account, reason) {
    return this.act("POST", `/players/${account}/unmute`, { reason });
  }

  #call(method, path, form) {
    return this.#request(method, `/auth${path}`, form);
  }

  async #request(method, path, form) {
    const answer = await this.#answer(method, path, form);
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  #answer(method, path, form) {
    const headers = { "content-type": "application/json" };
    if (this.#access) headers.authorization = `Bearer ${this.#access}`;
    const body = form === undefined ? null : JSON.stringify(form);
    return fetch(`${this.#server.url}/api${path}`, { method, headers, body });
  }
}
