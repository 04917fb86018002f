//! Signing in by another provider, which really runs: there and back, as a guest who keeps everything, and all
//! that can go wrong on the way.

import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Player } from "./browser.mjs";
import { holdsAll } from "./layout.mjs";
import { Provider } from "./provider.mjs";
import { Server } from "./server.mjs";

const SOLDIERS = 20;
const DEED_MS_MAX = 30_000;
const SIZES = [
  { width: 390, height: 844 },
  { width: 844, height: 390 },
  { width: 1_280, height: 720 },
];
const BUTTON = "Sign in with Example";

export async function signIn(report, browser) {
  const check = (name, work) => report.check(`sign-in: ${name}`, work);
  const provider = await Provider.start();
  const folder = mkdtempSync(join(tmpdir(), "voxelheim-e2e-"));
  const server = await Server.start(SOLDIERS, ["--config", configured(folder, provider)]);
  const cai = await Player.open(browser, server.url, "Cai");
  try {
    await check("the page offers the provider and no secret", () => offered(server, provider, cai));
    await check("a guest becomes the provider's user and keeps everything", () => becomes(cai));
    await check("the user signs in again", () => again(cai));
    await check("another guest is told that the user has an account", () => taken(cai));
    await check("who does not agree there is told so here", () => disagrees(provider, cai));
    await check("what nobody began here ends nothing", () => slipped(server, cai));
    await check("a provider that is away is named", () => away(server, provider, cai));
    await check("no page met an error", () => assert.deepEqual(cai.errors, []));
  } finally {
    await cai.close();
    await server.dispose();
    await provider.stop();
    rmSync(folder, { recursive: true });
  }
}

/** A configuration with the provider; its path. */
function configured(folder, provider) {
  const [secret, file] = [join(folder, "secret"), join(folder, "voxelheim.toml")];
  writeFileSync(secret, `${provider.clientSecret}\n`);
  const lines = ["name = \"example\"", "title = \"Example\"", `issuer = "${provider.issuer}"`];
  lines.push(`client_id = "${provider.clientId}"`, `client_secret_file = "${secret}"`);
  writeFileSync(file, `[[providers]]\n${lines.join("\n")}\n`);
  return file;
}

async function offered(server, provider, cai) {
  const answer = await (await fetch(`${server.url}/api/auth/oidc`)).text();
  assert.deepEqual(JSON.parse(answer), [{ name: "example", title: "Example" }]);
  assert.ok(!answer.includes(provider.clientSecret));
  await cai.page.click("#sign-in");
  await cai.page.getByRole("button", { name: BUTTON }).waitFor();
  await look(cai, "offered");
  await cai.page.keyboard.press("Escape");
}

async function becomes(cai) {
  await cai.join();
  await cai.joined();
  const guest = await kept(cai);
  assert.equal(guest.isGuest, true);
  await leave(cai);
  await cai.page.click("#sign-in");
  await cai.page.getByRole("button", { name: "Make an account" }).click();
  // By the keyboard alone.
  await cai.page.getByRole("button", { name: BUTTON }).focus();
  await cai.page.keyboard.press("Enter");
  await says(cai, "#account-title", "Welcome");
  await look(cai, "welcome");
  assert.equal(await cai.evaluate(() => location.search), "");
  const user = await kept(cai);
  assert.deepEqual([user.account, user.isGuest], [guest.account, false]);
  await cai.page.getByRole("button", { name: "To the battle" }).click();
  await says(cai, ".account-line", "Signed in");
  cai.account = user.account;
}

async function again(cai) {
  await logOut(cai);
  await cai.page.reload();
  await signInByProvider(cai);
  await says(cai, "#account-title", "Welcome");
  assert.equal((await kept(cai)).account, cai.account);
  await cai.page.getByRole("button", { name: "To the battle" }).click();
  await cai.join();
  await cai.joined();
  await leave(cai);
}

async function taken(cai) {
  await logOut(cai);
  await cai.join();
  await cai.joined();
  await leave(cai);
  assert.notEqual((await kept(cai)).account, cai.account);
  await signInByProvider(cai);
  await says(cai, ".account", "has an account here already");
  await look(cai, "taken");
  await cai.page.getByRole("button", { name: BUTTON }).click();
  await says(cai, "#account-title", "Welcome");
  assert.equal((await kept(cai)).account, cai.account);
  await cai.page.getByRole("button", { name: "To the battle" }).click();
}

async function disagrees(provider, cai) {
  await logOut(cai);
  provider.agrees = false;
  await signInByProvider(cai);
  await says(cai, ".account", "Example did not sign you in.");
  await look(cai, "refused");
  provider.agrees = true;
  await cai.page.getByRole("button", { name: "Try again" }).click();
  await says(cai, "#account-title", "Sign in");
  await cai.page.keyboard.press("Escape");
}

/** As an attacker's link has it, who wants somebody to play in the attacker's account. */
async function slipped(server, cai) {
  await cai.page.goto(`${server.url}/?by=example&code=theirs&state=theirs`);
  await says(cai, ".account", "This window began no such sign-in.");
  assert.equal(await kept(cai), null);
  await cai.page.getByRole("button", { name: "Go on as guest" }).click();
}

/** The server begins anew, so that it knows nothing of it. */
async function away(server, provider, cai) {
  await provider.stop();
  await server.end();
  await server.run();
  await cai.page.reload();
  await signInByProvider(cai);
  await says(cai, ".account", "Example cannot be reached.");
  await look(cai, "away");
  await cai.page.keyboard.press("Escape");
}

async function signInByProvider(cai) {
  await cai.page.click("#sign-in");
  await cai.page.getByRole("button", { name: BUTTON }).click();
}

async function logOut(cai) {
  await cai.page.click("#account");
  await cai.page.click("#log-out");
  await says(cai, ".account-line", "Playing as guest");
}

async function leave(cai) {
  await cai.evaluate(() => document.exitPointerLock());
  await cai.page.click(".pause-bar .quiet");
  await cai.page.waitForSelector("#fight");
}

function kept(cai) {
  return cai.evaluate(() => JSON.parse(localStorage.getItem("voxelheim.account")));
}

/** Whatever page the browser is on by then. */
function says(cai, selector, words) {
  return cai.page.locator(selector, { hasText: words }).first().waitFor({ timeout: DEED_MS_MAX });
}

async function look(cai, name) {
  const before = cai.page.viewportSize();
  for (const size of SIZES) {
    await cai.page.setViewportSize(size);
    await cai.screenshot(`sign-in-${name}-${size.width}`);
  }
  await holdsAll(cai, "dialog.account", SIZES);
  await cai.page.setViewportSize(before);
}
