import { createEffect, createMemo, createSignal, Match, onCleanup, Show, Switch, type Accessor } from "solid-js";
import type { Account, AccountState, Arrival, MailedLink } from "../account";
import type { Belongings } from "../belongings";
import type { Company, Roster, RosterState } from "../company";
import type { GameActions, HudModel } from "../world/state";
import { AccountDialog, type Screen } from "./account/AccountDialog";
import { BattleHud } from "./BattleHud";
import { ConnectionOverlay } from "./ConnectionOverlay";
import { createNewerPage } from "./newer_page";
import { SettingsPanel } from "./SettingsPanel";
import { TitleName } from "./title_name";
import { TitleScreen } from "./TitleScreen";

export interface AppProps {
  model: Accessor<HudModel | null>;
  actions: GameActions;
  account: Account;
  belongings: Belongings;
  company: Company;
  roster: Roster;
  /** The mailed link that the page was opened by, the newest if several. */
  mailed: Accessor<MailedLink | null>;
  /** What the browser came back with from another provider. */
  arrival: Accessor<Arrival | null>;
}

/** One of the title, the battle, or the battle behind a word about the connection. */
export function App(props: AppProps) {
  const [settingsOpen, setSettingsOpen] = createSignal(false);
  const [accountScreen, setAccountScreen] = createAccountScreen(props);
  const accountState = watched(props.account);
  const report = (message: string, reason: string) =>
    props.account.ask<void>("POST", "/chat/reports", { message, reason });
  const rosterState = createRoster(props.roster, accountState);
  const titleName = new TitleName();
  const isOld = createNewerPage();
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
            <BattleHud
              model={model}
              actions={props.actions}
              belongings={props.belongings}
              company={props.company}
              report={accountState().isOffered ? report : null}
              openSettings={() => setSettingsOpen(true)}
            />
          </Show>
          <Switch>
            <Match when={phase() === "title"}>
              <TitleScreen
                model={model}
                actions={props.actions}
                openSettings={() => setSettingsOpen(true)}
                account={props.account}
                accountState={accountState()}
                openAccount={setAccountScreen}
                roster={props.roster}
                rosterState={rosterState()}
                titleName={titleName}
              />
            </Match>
            <Match when={phase() !== "joined"}>
              <ConnectionOverlay model={model} actions={props.actions} />
            </Match>
          </Switch>
          <Show when={isOld() && phase() !== "joined"}>
            <NewerPage />
          </Show>
          <Show when={settingsOpen()}>
            <SettingsPanel model={model} actions={props.actions} close={() => setSettingsOpen(false)} />
          </Show>
          <Show when={accountScreen()}>
            {(screen) => (
              <AccountDialog
                account={props.account}
                state={accountState()}
                screen={screen()}
                open={setAccountScreen}
              />
            )}
          </Show>
        </div>
      )}
    </Show>
  );
}

/** The account's screen that is open, if any; whatever the page was opened by opens one. */
function createAccountScreen(props: Pick<AppProps, "mailed" | "arrival">) {
  const [screen, setScreen] = createSignal<Screen | null>(null);
  createEffect(() => {
    const link = props.mailed();
    if (link) setScreen({ kind: link.purpose, token: link.token });
  });
  createEffect(() => {
    const arrival = props.arrival();
    if (arrival) setScreen({ kind: "arrived", arrival });
  });
  return [screen, setScreen] as const;
}

function NewerPage() {
  return (
    <div class="newer-page" role="status">
      <span>A newer version of the game is out.</span>
      <button class="button" onClick={() => window.location.reload()}>
        Reload
      </button>
    </div>
  );
}

function watched(account: Account): Accessor<AccountState> {
  const [state, setState] = createSignal(account.state);
  account.subscribe(setState);
  return state;
}

/** The characters of who is signed in. */
function createRoster(roster: Roster, account: Accessor<AccountState>): Accessor<RosterState> {
  const [state, setState] = createSignal(roster.state);
  onCleanup(roster.subscribe(setState));
  const owner = createMemo(() => (account().who === "account" ? account().owner : null));
  createEffect(() => {
    roster.forget();
    if (owner() !== null) void roster.load();
  });
  return state;
}

/** What every part of the HUD is given. */
export interface PartProps {
  model: Accessor<HudModel>;
  actions: GameActions;
}
