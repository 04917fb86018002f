//! The HUD's door: takes a fresh model about ten times a second, shows it, and asks the game to act.
//! The only folder that imports solid-js. It draws no world and decides no rule.
import { createSignal } from "solid-js";
import { render } from "solid-js/web";
import type { Account, Arrival, MailedLink } from "../account";
import type { Belongings } from "../belongings";
import type { Company, Roster } from "../company";
import type { GameActions, Hud, HudModel } from "../world/state";
import { App } from "./App";
import "./theme.css";
import "./hud.css";
import "./chat.css";
import "./panels.css";
import "./touch.css";
import "./account/account.css";
import "./windows/window.css";
import "./belongings/belongings.css";
import "./belongings/trade.css";
import "./company/company.css";
import "./layout.css";

export interface PageHud extends Hud {
  /** Shows what a mailed link is for. */
  openMailed(link: MailedLink): void;
  /** Ends the sign-in that the browser came back with. */
  openArrival(arrival: Arrival): void;
}

/** What the HUD shows and asks, besides the battle's model. */
export interface HudParts {
  actions: GameActions;
  account: Account;
  belongings: Belongings;
  company: Company;
  roster: Roster;
}

export function createHud(root: HTMLElement, parts: HudParts): PageHud {
  const [model, setModel] = createSignal<HudModel | null>(null, { equals: false });
  const [mailed, setMailed] = createSignal<MailedLink | null>(null);
  const [arrival, setArrival] = createSignal<Arrival | null>(null);
  render(() => <App {...parts} model={model} mailed={mailed} arrival={arrival} />, root);
  return {
    update: (next) => void setModel(next),
    openMailed: (link) => void setMailed(link),
    openArrival: (next) => void setArrival(next),
  };
}
