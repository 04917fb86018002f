//! An admin, who does through the service's own routes what no page offers yet.

import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { newestLink } from "./mailbox.mjs";
import { codeOf } from "./one_time_code.mjs";
import { serverBinary } from "./server.mjs";

const EMAIL = "boss@example.org";
const PASSWORD = "a very tall watchtower";

export class Admin {
  #server;
  #access;

  constructor(server) {
    this.#server = server;
  }

  /** From a registration to a role that counts. */
  static async appoint(server) {
    const admin = new Admin(server);
    await admin.#call("POST", "/register", { email: EMAIL, password: PASSWORD });
    const token = new URL(await newestLink(server, EMAIL)).hash.replace("#verify=", "");
    const tokens = await admin.#call("POST", "/verify", { token, password: PASSWORD });
    admin.#access = tokens.access_token;
    const flags = ["appoint", "--data", server.data, EMAIL, "admin"];
    execFileSync(serverBinary(), flags, { stdio: "pipe" });
    const { secret } = await admin.#call("POST", "/second-factor", { password: PASSWORD });
    await admin.#call("POST", "/second-factor/confirm", { code: codeOf(secret) });
    const refreshed = { refresh_token: tokens.refresh_token };
    admin.#access = (await admin.#call("POST", "/refresh", refreshed)).access_token;
    return admin;
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
    return this.#request("PUT", `/chat/mutes/${account}`, { reason, until_ms: untilMs });
  }

  /** Those that are open. */
  reports() {
    return this.#request("GET", "/chat/reports");
  }

  unmute(account) {
    return this.#request("DELETE", `/chat/mutes/${account}`);
  }

  #call(method, path, form) {
    return this.#request(method, `/auth${path}`, form);
  }

  async #request(method, path, form) {
    const headers = { "content-type": "application/json" };
    if (this.#access) headers.authorization = `Bearer ${this.#access}`;
    const body = form === undefined ? null : JSON.stringify(form);
    const answer = await fetch(`${this.#server.url}/api${path}`, { method, headers, body });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}
