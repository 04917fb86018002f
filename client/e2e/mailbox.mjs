//! Mail that a server in development keeps in its data folder.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { until } from "./waiting.mjs";

const MAIL_MS_MAX = 10_000;

/** The link in the mail to this address, which is then thrown away. */
export async function newestLink(server, address) {
  const folder = join(server.data, "mail");
  const find = () =>
    existsSync(folder) &&
    readdirSync(folder)
      .filter((name) => name.endsWith(".eml") && !name.startsWith("."))
      .map((name) => ({ path: join(folder, name), text: readFileSync(join(folder, name), "utf8") }))
      .find(({ text }) => text.startsWith(`To: ${address}\r\n`));
  const mail = await until(`a mail to ${address}`, find, MAIL_MS_MAX);
  rmSync(mail.path);
  return /http\S+#\S+/.exec(mail.text)[0];
}
