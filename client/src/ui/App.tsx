import { createMemo, createSignal, Match, Show, Switch, type Accessor } from "solid-js";
import type { GameActions, HudModel } from "../world/state";
import { BattleHud } from "./BattleHud";
import { ConnectionOverlay } from "./ConnectionOverlay";
import { SettingsPanel } from "./SettingsPanel";
import { TitleScreen } from "./TitleScreen";

export interface AppProps {
  model: Accessor<HudModel | null>;
  actions: GameActions;
}

/** One of the title, the battle, or the battle behind a word about the connection. */
export function App(props: AppProps) {
  const [settingsOpen, setSettingsOpen] = createSignal(false);
  const phase = createMemo(() => props.model()?.phase ?? "title");
  const wasJoined = createMemo<boolean>(
    (before) => (phase() === "joined" ? true : phase() === "title" ? false : before),
    false,
  );
  return (
    <Show when={props.model()}>
      {(model) => (
        <div class="ui">
          <Show when={phase() === "joined" || (wasJoined() && phase() !== "title")}>
            <BattleHud model={model} actions={props.actions} openSettings={() => setSettingsOpen(true)} />
          </Show>
          <Switch>
            <Match when={phase() === "title"}>
              <TitleScreen
                model={model}
                actions={props.actions}
                openSettings={() => setSettingsOpen(true)}
              />
            </Match>
            <Match when={phase() !== "joined"}>
              <ConnectionOverlay model={model} actions={props.actions} />
            </Match>
          </Switch>
          <Show when={settingsOpen()}>
            <SettingsPanel
              model={model}
              actions={props.actions}
              close={() => setSettingsOpen(false)}
            />
          </Show>
        </div>
      )}
    </Show>
  );
}

/** What every part of the HUD is given. */
export interface PartProps {
  model: Accessor<HudModel>;
  actions: GameActions;
}
