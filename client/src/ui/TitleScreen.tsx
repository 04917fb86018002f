import { createEffect, createMemo, createSignal, Show, untrack } from "solid-js";
import type { Account, AccountState } from "../account";
import type { CharacterAnswer, Roster, RosterState } from "../company";
import type { PartProps } from "./App";
import type { Screen } from "./account/AccountDialog";
import { AccountLine } from "./account/AccountLine";
import { CharacterChoice } from "./company/CharacterChoice";
import { CharactersDialog } from "./company/CharactersDialog";
import { HouseChoice } from "./company/HouseChoice";
import { Controls } from "./HelpPanel";
import { HeraldRed, HeraldBlue } from "./icons";
import { momentText, spanText } from "./moments";
import { createNextBattle, type NextBattle } from "./next_battle";
import type { TitleName } from "./title_name";

const NAME_KEY = "voxelheim.name";
const NAME_CHARS_MAX = 20;
/** Of a name in a ticket. */
const TICKET_NAME_CHARS_MAX = 16;

export interface TitleProps extends PartProps {
  openSettings: () => void;
  account: Account;
  accountState: AccountState;
  openAccount: (screen: Screen) => void;
  roster: Roster;
  rosterState: RosterState;
  titleName: TitleName;
}

/** A guest's door: a name, a side, one button. */
export function TitleScreen(props: TitleProps) {
  const { name, type, house, setHouse, choose } = createDoor(props);
  const [isChanging, setChanging] = createSignal(false);
  const next = createNextBattle(props.account, () => props.accountState.isOffered);
  const charsMax = () => (props.accountState.isOffered ? TICKET_NAME_CHARS_MAX : NAME_CHARS_MAX);
  const fight = (event: Event) => {
    event.preventDefault();
    const chosen = name().slice(0, charsMax()).trim() || guestName();
    storeName(chosen);
    props.actions.join(chosen, house());
  };
  return (
    <main class="title">
      <TitleHead next={next()} />
      <form class="title-card" onSubmit={fight}>
        <CharacterChoice
          state={props.rosterState}
          chosen={name()}
          choose={choose}
          open={() => setChanging(true)}
        />
        <label class="field">
          <span>Your name</span>
          <input
            id="name"
            type="text"
            autocomplete="nickname"
            maxlength={charsMax()}
            placeholder="Guest"
            value={name()}
            onInput={(event) => type(event.currentTarget.value)}
          />
        </label>
        <HouseChoice name="Side" house={house()} choose={setHouse} />
        <button id="fight" class="button primary large" type="submit">
          Fight
        </button>
        <button class="button quiet" type="button" onClick={() => props.openSettings()}>
          Settings
        </button>
        <Show when={props.accountState.isOffered}>
          <AccountLine state={props.accountState} open={props.openAccount} />
        </Show>
      </form>
      <section class="title-controls">
        <Controls settings={props.model().settings} />
      </section>
      <footer class="title-foot">{props.model().version}</footer>
      <Show when={isChanging()}>
        <CharactersDialog
          roster={props.roster}
          state={props.rosterState}
          chosen={name()}
          choose={choose}
          close={() => setChanging(false)}
        />
      </Show>
    </main>
  );
}

/** The name and the side that Fight takes. */
function createDoor(props: TitleProps) {
  const [name, setName] = createSignal(storedName());
  const [house, setHouse] = createSignal<number>(255);
  const type = (text: string) => {
    props.titleName.type(text);
    setName(text);
  };
  const choose = (character: CharacterAnswer) => {
    setName(character.name);
    setHouse(character.house);
    storeName(character.name);
  };
  const owner = createMemo(() => (props.accountState.isOffered ? props.accountState.owner : undefined));
  const characters = createMemo(() => props.rosterState.characters);
  createEffect(() => {
    const character = props.titleName.heed(untrack(name), owner(), characters());
    if (character) choose(character);
  });
  return { name, type, house, setHouse, choose };
}

function TitleHead(props: { next: NextBattle | null }) {
  return (
    <header class="title-head">
      <div class="title-shields">
        <HeraldRed />
        <HeraldBlue />
      </div>
      <h1>VoxelHeim</h1>
      <p>One field. A thousand blades. Every wall can fall.</p>
      <Show when={props.next}>{(next) => <NextBattleLine next={next()} />}</Show>
    </header>
  );
}

function NextBattleLine(props: { next: NextBattle }) {
  const start = () => momentText(props.next.startMs, props.next.startMs - props.next.leftMs);
  return (
    <section class="next-battle" aria-label="Next battle">
      <b>{props.next.title}</b>
      <span>
        {start()}, in {spanText(props.next.leftMs)}
      </span>
      <Show when={props.next.note}>
        <i>{props.next.note}</i>
      </Show>
    </section>
  );
}

function guestName(): string {
  return `Guest ${1000 + Math.floor(Math.random() * 9000)}`;
}

function storedName(): string {
  try {
    return localStorage.getItem(NAME_KEY) ?? "";
  } catch {
    return "";
  }
}

function storeName(name: string): void {
  try {
    localStorage.setItem(NAME_KEY, name);
  } catch {
    // Private windows may refuse storage; the name then lasts as long as the page.
  }
}
