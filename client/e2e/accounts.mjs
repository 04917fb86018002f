//! Who plays: guests with one click, accounts from the first mail to the ban, all through the page.

import { strict as assert } from "node:assert";
import { Player } from "./browser.mjs";
import { newestLink } from "./mailbox.mjs";
import { codeOf } from "./one_time_code.mjs";
import { Server } from "./server.mjs";
import { Admin } from "./staff.mjs";

const SOLDIERS = 50;
const DEED_MS_MAX = 30_000;
const DESK = { width: 1_280, height: 720 };
const TELEPHONE = { width: 390, height: 844 };
const FLAT = { width: 844, height: 390 };
const ANN = { email: "ann@example.org", password: "three quiet ravens" };
const RESET_PASSWORD = "nine loud ravens";
const CHANGED_PASSWORD = "eleven silent ravens";
const REASON = "Insults, after a warning";

export async function accounts(report, browser) {
  const check = (name, work) => report.check(`accounts: ${name}`, work);
  const server = await Server.start(SOLDIERS, ["--accounts", "required"]);
  const ann = await Player.open(browser, server.url, "Ann", { viewport: DESK });
  try {
    await check("a guest plays with one click", () => guestPlays(ann));
    await check("a bad ticket is replaced, and who gets no good one is told", () => badTickets(ann));
    await check("the guest registers and is the same account once it is verified", () =>
      register(server, ann),
    );
    await check("a wrong password and a missing one are told", () => wrongPassword(ann));
    await check("the account signs in and plays under its name", () => signInAndPlay(server, ann));
    await check("a forgotten password is set anew by mail", () => resetPassword(server, ann));
    await check("a second factor is set up, asked for, and its paper codes work", () =>
      secondFactor(ann),
    );
    await check("two tabs stay signed in, and log out together", () => twoTabs(ann));
    await check("the banned account is told why and until when", () => banned(server, ann));
    await check("no page met an error", () => assert.deepEqual(ann.errors, []));
  } finally {
    await ann.close();
    await server.dispose();
  }
  // At a server of its own, for an account has an allowance of sign-ins.
  await check("another password signs other browsers out, and so does logging out everywhere", () =>
    signsOthersOut(browser),
  );
  await check("without the service, guests play as before where tickets are not required", () =>
    withoutService(browser),
  );
}

async function guestPlays(ann) {
  await ann.says(".account-line", "Playing as guest");
  await look(ann, "title");
  await ann.join();
  await ann.joined();
  const { kept, name } = await ann.evaluate(() => ({
    kept: JSON.parse(localStorage.getItem("voxelheim.account")),
    name: JSON.parse(sessionStorage.getItem("voxelheim.seat")).name,
  }));
  assert.equal(kept.isGuest, true);
  assert.equal(name, "Ann");
  // The page comes back to its body by its resume token, though its ticket is used up.
  await ann.evaluate(() => window.voxelheim.test.cutLink());
  await ann.until("came back", () => window.voxelheim.welcomesCount === 2, DEED_MS_MAX);
  await leave(ann);
}

/** As tickets are that were slow on their way, or used up before: the server takes none of them. */
async function badTickets(ann) {
  const body = JSON.stringify({ ticket: "none.of.ours", expires_ms: 0 });
  const bad = (route) => route.fulfill({ contentType: "application/json", body });
  await ann.page.route("**/tickets", bad, { times: 1 });
  await ann.join();
  await ann.joined();
  await leave(ann);
  await ann.page.route("**/tickets", bad);
  await ann.join();
  await ann.says("#refusal", "Your ticket is not one of this battle's");
  await ann.until("the mouse is free", () => document.pointerLockElement === null, DEED_MS_MAX);
  await press(ann, "Back to the title");
  await ann.page.unroute("**/tickets");
}

async function register(server, ann) {
  const guest = await owner(ann);
  await ann.page.click("#sign-in");
  await look(ann, "sign-in");
  await press(ann, "Make an account");
  await fill(ann, { email: "ann@nowhere", password: "short" });
  await ann.says("#account-email-word", "Not a mail address.");
  await look(ann, "register-refused");
  await fill(ann, { ...ANN, password: "short" });
  await ann.says("#account-password-word", "At least 10 letters");
  await fill(ann, ANN);
  await ann.says("#account-title", "Read your mail");
  await look(ann, "read-your-mail");
  await ann.page.goto(await newestLink(server, ANN.email));
  await ann.says("#account-title", "Confirm your account");
  assert.equal(await ann.evaluate(() => location.hash), "");
  await look(ann, "verify");
  await fill(ann, { password: "three loud ravens" });
  await ann.says(".account .refusal", "wrong");
  await fill(ann, { password: ANN.password });
  await ann.says("#account-title", "Welcome");
  await press(ann, "To the battle");
  await ann.says(".account-line", ANN.email);
  assert.equal(await owner(ann), guest);
  await ann.page.click("#account");
  await ann.says(".account-details", "Player");
  await ann.says(".account-sessions", "This browser");
  await look(ann, "account");
  await ann.page.click("#log-out");
  await ann.says(".account-line", "Playing as guest");
  await ann.page.goto(server.url);
  assert.equal(await owner(ann), undefined);
}

async function wrongPassword(ann) {
  await ann.page.click("#sign-in");
  await fill(ann, { email: ANN.email, password: "" });
  await ann.says("#account-password-word", "needed");
  const focused = () => ann.evaluate(() => document.activeElement.id);
  assert.equal(await focused(), "account-password");
  await fill(ann, { email: ANN.email, password: "three loud ravens" });
  await ann.says(".account .refusal", "password or code is wrong");
  await look(ann, "wrong-password");
  await ann.page.keyboard.press("Escape");
  await ann.page.waitForSelector("dialog", { state: "detached" });
}

async function signInAndPlay(server, ann) {
  await signIn(ann, ANN);
  await ann.says(".account-line", ANN.email);
  await look(ann, "signed-in");
  await ann.join();
  await ann.joined();
  const name = await ann.evaluate(() => JSON.parse(sessionStorage.getItem("voxelheim.seat")).name);
  assert.equal(name, "Ann");
  assert.equal((await server.status()).sessions, 1);
  await server.end();
  await server.run();
  await ann.until("came back", () => window.voxelheim.welcomesCount === 2, DEED_MS_MAX);
  await leave(ann);
}

async function resetPassword(server, ann) {
  await logOut(ann);
  await ann.page.click("#sign-in");
  await press(ann, "Forgot the password?");
  await fill(ann, { email: ANN.email });
  await ann.says("#account-title", "Read your mail");
  // The page is open already: the link only changes what is behind the #.
  await ann.page.goto(await newestLink(server, ANN.email));
  await ann.says("#account-title", "Set a new password");
  await fill(ann, { new_password: "ann@example.org" });
  await ann.says("#account-new_password-word", "Not the mail address.");
  await look(ann, "reset-refused");
  await fill(ann, { new_password: RESET_PASSWORD });
  await ann.says("#account-title", "Sign in");
  await fill(ann, { email: ANN.email, password: RESET_PASSWORD });
  await ann.says(".account-line", ANN.email);
}

async function secondFactor(ann) {
  await ann.page.click("#account");
  await press(ann, "Set up");
  await fill(ann, { password: RESET_PASSWORD });
  const secret = (await ann.page.locator(".secret").textContent()).replaceAll(" ", "");
  await look(ann, "second-factor");
  await fill(ann, { code: "000000" });
  await ann.says(".account .refusal", "wrong");
  await fill(ann, { code: codeOf(secret) });
  await ann.says("#account-title", "Write these down");
  ann.paperCodes = await ann.page.locator(".paper-codes li").allTextContents();
  await look(ann, "paper-codes");
  await press(ann, "I have them");
  await ann.says(".account-details", "Remove");
  await ann.page.click("#log-out");
  await signInByPaper(ann);
  await ann.says(".account-line", ANN.email);
}

async function twoTabs(ann) {
  const tab = new Player(await ann.page.context().newPage(), "Ann's other tab");
  await tab.page.goto(ann.page.url());
  await tab.says(".account-line", ANN.email);
  await Promise.all([ann, tab].map((player) => player.page.reload()));
  await Promise.all([ann, tab].map((player) => player.says(".account-line", ANN.email)));
  // The browser draws the tab in front, and who is not drawn cannot be clicked.
  await ann.page.bringToFront();
  await logOut(ann);
  await tab.says(".account-line", "Playing as guest");
  assert.deepEqual(tab.errors, []);
  await tab.page.close();
}

async function signsOthersOut(browser) {
  const server = await Server.start(SOLDIERS);
  const names = ["Ann", "Ann elsewhere"];
  const opened = names.map((name) => Player.open(browser, server.url, name, { viewport: DESK }));
  const [ann, other] = await Promise.all(opened);
  try {
    await ann.join();
    await ann.joined();
    await leave(ann);
    await register(server, ann);
    for (const player of [ann, other]) {
      await signIn(player, ANN);
      await player.says(".account-line", ANN.email);
    }
    // Whoever it is that plays there leaves the battle, and does not come back.
    await other.join();
    await other.joined();
    await ann.page.click("#account");
    await ann.says(".account-sessions li", "Another browser");
    await ann.page.locator(".account-details").getByRole("button", { name: "Change" }).click();
    await fill(ann, { current_password: ANN.password, new_password: CHANGED_PASSWORD });
    await ann.says("#account-title", "Password changed");
    await look(ann, "password-changed");
    await other.says("#refusal", "session has ended");
    await look(other, "signed-out-in-the-battle");
    await isSignedOut(other);
    await signIn(other, { ...ANN, password: CHANGED_PASSWORD });
    await other.says(".account-line", ANN.email);
    await ann.page.reload();
    await ann.says(".account-line", ANN.email);
    await ann.page.click("#account");
    await press(ann, "Log out everywhere");
    for (const player of [ann, other]) await isSignedOut(player);
    assert.deepEqual([...ann.errors, ...other.errors], []);
  } finally {
    for (const player of [ann, other]) await player.close();
    await server.dispose();
  }
}

async function isSignedOut(player) {
  await player.page.reload();
  await player.says(".account-line", "Playing as guest");
}

async function banned(server, ann) {
  const admin = await Admin.appoint(server);
  await signInByPaper(ann);
  await ann.says(".account-line", ANN.email);
  const account = await owner(ann);
  await ann.join();
  await ann.joined();
  const ban = await admin.impose(account, "ban", REASON);
  await ann.says("#refusal", `${REASON}. It has no end.`);
  await look(ann, "banned-in-the-battle");
  await press(ann, "Back to the title");
  await ann.join();
  await ann.says("#refusal", `${REASON}. It has no end.`);
  await look(ann, "banned-at-the-gate");
  await press(ann, "Back to the title");
  await ann.page.click("#account");
  await ann.says(".account .trouble", REASON);
  await look(ann, "banned-account");
  await ann.page.click("#log-out");
  await signInByPaper(ann);
  await ann.says(".account .refusal", REASON);
  await look(ann, "banned-at-sign-in");
  await admin.lift(account, ban);
  await admin.impose(account, "suspension", REASON, Date.now() + 3 * 86_400_000);
  await fill(ann, { code: ann.paperCodes.pop() });
  await ann.says(".account .refusal", "suspended");
  await ann.says(".account .refusal", "It ends");
  await look(ann, "suspended");
}

/** The service is asked for by the page, and does not answer. */
async function withoutService(browser) {
  const server = await Server.start(SOLDIERS);
  const player = await Player.open(browser, server.url, "Bea");
  try {
    await player.page.route("**/api/**", (route) => route.abort());
    await player.join();
    await player.joined();
    await leave(player);
    await player.page.unroute("**/api/**");
    await player.join();
    await player.joined();
    assert.notEqual(await owner(player), undefined);
    assert.deepEqual(player.errors, []);
  } finally {
    await player.close();
    await server.dispose();
  }
}

async function signIn(ann, values) {
  await ann.page.click("#sign-in");
  await fill(ann, values);
}

async function signInByPaper(ann) {
  await signIn(ann, { email: ANN.email, password: RESET_PASSWORD });
  await ann.says(".account", "Code of your second factor");
  await look(ann, "code");
  await fill(ann, { code: ann.paperCodes.pop() });
}

async function logOut(ann) {
  await ann.page.click("#account");
  await ann.page.click("#log-out");
  await ann.says(".account-line", "Playing as guest");
}

/** As somebody with a keyboard does: fills the fields and presses Enter in the last one. */
async function fill(player, values) {
  for (const [name, value] of Object.entries(values)) {
    await player.page.fill(`.account [name="${name}"]`, value);
  }
  await player.page.keyboard.press("Enter");
}

async function press(player, words) {
  await player.page.getByRole("button", { name: words }).click();
}

async function owner(player) {
  const text = await player.evaluate(() => localStorage.getItem("voxelheim.account"));
  return text === null ? undefined : JSON.parse(text).account;
}

async function leave(player) {
  await player.evaluate(() => document.exitPointerLock());
  await player.page.click(".pause-bar .quiet");
  await player.page.waitForSelector("#fight");
}

/** At a desk and on a telephone, held either way; nothing may need to be scrolled sideways for. */
async function look(player, name) {
  for (const size of [TELEPHONE, FLAT, DESK]) {
    await player.page.setViewportSize(size);
    await player.screenshot(`accounts-${name}-${size.width}`);
    const overflow = await player.evaluate(findOverflow);
    assert.deepEqual(overflow, [], `${name} at ${size.width}`);
  }
}

/** Runs in the page: what of the dialog or the title's card is wider than its place. */
async function findOverflow() {
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
  const shown = [...document.querySelectorAll(".panel, .title-card, .panel *, .title-card *")];
  return shown
    .filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 0 && (left < -1 || right > innerWidth + 1);
    })
    .map(({ tagName, className }) => `${tagName}.${className}`);
}
