//! The HUD's door: takes a fresh model about ten times a second, shows it, and asks the game to act.
//! The only folder that imports solid-js. It draws no world and decides no rule.
import { createSignal } from "solid-js";
import { render } from "solid-js/web";
import type { GameActions, Hud, HudModel } from "../world/state";
import { App } from "./App";
import "./theme.css";
import "./hud.css";
import "./chat.css";
import "./panels.css";
import "./touch.css";
import "./layout.css";

export function createHud(root: HTMLElement, actions: GameActions): Hud {
  const [model, setModel] = createSignal<HudModel | null>(null, { equals: false });
  render(() => <App model={model} actions={actions} />, root);
  return { update: (next) => void setModel(next) };
}
