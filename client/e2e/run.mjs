//! End to end: the real server and headless Chromium. Prints `N passed, N failed` last.

import { accounts } from "./accounts.mjs";
import { admin } from "./admin.mjs";
import { adminPods } from "./admin_pods.mjs";
import { battle, newerPage, wrongVersion } from "./battle.mjs";
import { belongings } from "./belongings.mjs";
import { openBrowser } from "./browser.mjs";
import { chat } from "./chat.mjs";
import { cluster } from "./cluster.mjs";
import { company } from "./company.mjs";
import { fingers } from "./fingers.mjs";
import { line } from "./line.mjs";
import { meals } from "./meals.mjs";
import { overload } from "./overload.mjs";
import { Report } from "./report.mjs";
import { signIn } from "./sign_in.mjs";
import { tidings } from "./tidings.mjs";

const report = new Report();
const browser = await openBrowser();
try {
  await wrongVersion(report, browser);
  await newerPage(report, browser);
  await fingers(report, browser);
  await accounts(report, browser);
  await signIn(report, browser);
  await line(report, browser);
  await chat(report, browser);
  await belongings(report, browser);
  await meals(report, browser);
  await company(report, browser);
  await tidings(report, browser);
  await overload(report, browser);
  await admin(report, browser);
  await adminPods(report, browser);
  await cluster(report, browser);
  for (const kind of ["webtransport", "websocket"]) {
    try {
      await battle(report, browser, kind);
    } catch (error) {
      report.broke(`${kind}: the battle`, error);
    }
  }
} finally {
  await browser.close();
}
process.exitCode = report.end();
