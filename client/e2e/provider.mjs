//! A small provider of OpenID Connect on a free port of this machine: its users sign in by being sent there.

import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createServer } from "node:http";

const CLIENT_ID = "voxelheim-client";
const TOKEN_SECONDS = 300;

export class Provider {
  /** What each code was given for. */
  #codes = new Map();
  #keys = generateKeyPairSync("ed25519");
  #server;

  /** Who sits there, and whether they agree. */
  subject = "user-1";
  agrees = true;
  clientSecret = randomBytes(16).toString("hex");

  static async start() {
    const provider = new Provider();
    provider.#server = createServer((request, response) => provider.#answer(request, response));
    await new Promise((resolve) => provider.#server.listen(0, "127.0.0.1", resolve));
    provider.issuer = `http://127.0.0.1:${provider.#server.address().port}`;
    return provider;
  }

  get clientId() {
    return CLIENT_ID;
  }

  /** Once or again. */
  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.issuer);
    const routes = {
      "/.well-known/openid-configuration": () => this.#discovery(),
      "/keys": () => this.#keySet(),
      "/token": async () => this.#token(new URLSearchParams(await textOf(request))),
    };
    if (url.pathname === "/authorize") {
      response.writeHead(302, { location: this.#authorize(url.searchParams) }).end();
      return;
    }
    const answer = await routes[url.pathname]?.();
    response.writeHead(answer ? 200 : 400, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? {}));
  }

  #discovery() {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
    };
  }

  #keySet() {
    return { keys: [{ ...this.#keys.publicKey.export({ format: "jwk" }), kid: "one" }] };
  }

  #authorize(asked) {
    const back = new URL(asked.get("redirect_uri"));
    back.searchParams.set("state", asked.get("state"));
    if (!this.agrees) {
      back.searchParams.set("error", "access_denied");
      return back.href;
    }
    const code = randomBytes(16).toString("hex");
    this.#codes.set(code, { asked, subject: this.subject });
    back.searchParams.set("code", code);
    return back.href;
  }

  /** Undefined is a refusal. */
  #token(form) {
    const given = this.#codes.get(form.get("code"));
    this.#codes.delete(form.get("code"));
    const challenge = createHash("sha256").update(form.get("code_verifier")).digest("base64url");
    const isProven =
      form.get("client_id") === CLIENT_ID &&
      form.get("client_secret") === this.clientSecret &&
      form.get("redirect_uri") === given?.asked.get("redirect_uri") &&
      challenge === given.asked.get("code_challenge");
    return isProven ? { token_type: "Bearer", id_token: this.#idToken(given) } : undefined;
  }

  #idToken({ asked, subject }) {
    const second = Math.floor(Date.now() / 1_000);
    const claims = { iss: this.issuer, sub: subject, aud: CLIENT_ID, iat: second };
    const whole = { ...claims, exp: second + TOKEN_SECONDS, nonce: asked.get("nonce") };
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const message = `${part({ alg: "EdDSA", kid: "one" })}.${part(whole)}`;
    const signature = sign(null, Buffer.from(message), this.#keys.privateKey).toString("base64url");
    return `${message}.${signature}`;
  }
}

async function textOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
