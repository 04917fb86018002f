//! Whom the player knows and belongs to, over the battle: friends, party, guild, leaderboards, and the own
//! character, a tab each.
import { createMemo, Match, Show, Switch, type Accessor } from "solid-js";
import type { Company, CompanyState, Deed, Fellowship } from "../../company";
import type { GameActions } from "../../world/state";
import { TabbedWindow } from "../windows/TabbedWindow";
import { BoardsTab } from "./BoardsTab";
import { CharacterTab } from "./CharacterTab";
import { FriendsTab } from "./FriendsTab";
import { GuildTab } from "./GuildTab";
import { PartyTab } from "./PartyTab";
import { waitingFor, type Waiting } from "./waiting";

export const TABS = ["Friends", "Party", "Guild", "Boards", "Character"] as const;
export type Tab = (typeof TABS)[number];

export interface WindowProps {
  company: Company;
  state: CompanyState;
  actions: GameActions;
  tab: Accessor<Tab>;
  setTab(tab: Tab): void;
  /** The key that opens and closes it, as `KeyboardEvent.code`. */
  keyCode: string;
  close(): void;
}

/** What every tab is given. */
export interface TabProps {
  company: Company;
  state: CompanyState;
  /** All that is known. */
  known: Fellowship;
  actions: GameActions;
  /** Whether it was done. */
  act(deed: Deed): Promise<boolean>;
}

const TAB_OF_WAITING: Record<Waiting["kind"], Tab> = {
  friend: "Friends",
  party: "Party",
  guild: "Guild",
};

export function tabOf({ kind }: Waiting): Tab {
  return TAB_OF_WAITING[kind];
}

export function CompanyWindow(props: WindowProps) {
  const waiting = createMemo(() => waitingFor(props.state.calls));
  const mark = (tab: Tab) => (waiting().some((it) => tabOf(it) === tab) ? "waits for you" : null);
  return (
    <TabbedWindow
      name="Company"
      kind="company"
      tabs={TABS}
      tab={props.tab}
      setTab={props.setTab}
      mark={mark}
      actions={props.actions}
      keyCode={props.keyCode}
      opened={() => props.company.open()}
      closed={() => props.company.close()}
      close={props.close}
      troubleText={props.state.troubleText}
      retry={props.state.trouble === "nobody" ? null : () => void props.company.look()}
      word={props.state.word}
    >
      <Body {...props} />
    </TabbedWindow>
  );
}

function Body(props: WindowProps) {
  const tab = createMemo(() => props.tab());
  const act = (deed: Deed) => props.company.act(deed);
  return (
    <Show
      when={props.state.fellowship}
      fallback={
        <p class="window-none dim">{props.state.trouble === "" ? "Looking who is there…" : ""}</p>
      }
    >
      {(known) => (
        <Switch>
          <Match when={tab() === "Friends"}>
            <FriendsTab {...props} known={known()} act={act} />
          </Match>
          <Match when={tab() === "Party"}>
            <PartyTab {...props} known={known()} act={act} />
          </Match>
          <Match when={tab() === "Guild"}>
            <GuildTab {...props} known={known()} act={act} />
          </Match>
          <Match when={tab() === "Boards"}>
            <BoardsTab {...props} known={known()} act={act} />
          </Match>
          <Match when={tab() === "Character"}>
            <CharacterTab {...props} known={known()} act={act} />
          </Match>
        </Switch>
      )}
    </Show>
  );
}
