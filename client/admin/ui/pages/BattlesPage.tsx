//! The battle that is fought, and those that are to begin at a time: started, scheduled, cancelled here.

import { createSignal, For, Show } from "solid-js";
import type { PresentBattle, ScheduledBattle } from "../../api";
import { cancelBattle, scheduleBattle, startBattle } from "../../model/deeds";
import { localTime, timeOf } from "../../model/local_time";
import { count, HOUSE_NAMES, moment, seconds } from "../../model/words";
import { createAsked } from "../asked";
import { useMay, usePanel } from "../context";
import { AccountLink, DeedButton, Facts, Moment, Section, Table, TextField, Told } from "../parts";

const EVERY_MS = 2_000;
/** As the service takes them. */
const TITLE_CHARACTERS_MAX = 50;
const NOTE_CHARACTERS_MAX = 120;
const HOUR_MS = 3_600_000;

export function BattlesPage() {
  const { api } = usePanel();
  const may = useMay();
  const asked = createAsked(() => api.battles, { everyMs: EVERY_MS });
  const isToCome = ({ state }: ScheduledBattle) => state === "scheduled" || state === "starting";
  return (
    <Told asked={asked}>
      {(battles) => (
        <>
          <Show when={battles().present} fallback={<p class="dim">No world answers.</p>}>
            {(present) => <Present battle={present()} />}
          </Show>
          <Section title="To come" about="Players are told an hour, 30, 10 and 5 minutes and a minute before.">
            <Show when={battles().scheduled.some(isToCome)} fallback={<p class="dim">None is scheduled.</p>}>
              <Table label="Battles to come" heads={["Begins", "", "Title", "What players are told with it", "By", ""]}>
                <For each={battles().scheduled.filter(isToCome)}>{(battle) => <ToCome battle={battle} />}</For>
              </Table>
            </Show>
          </Section>
          <Show when={may("battle.schedule")}>
            <Another />
          </Show>
          <Section title="Before">
            <Show
              when={battles().scheduled.some((battle) => !isToCome(battle))}
              fallback={<p class="dim">None was scheduled.</p>}
            >
              <Table label="Battles before" heads={["Was to begin", "Title", "", "What came of it", "By"]}>
                <For each={battles().scheduled.filter((battle) => !isToCome(battle))}>
                  {(battle) => <Before battle={battle} />}
                </For>
              </Table>
            </Show>
          </Section>
        </>
      )}
    </Told>
  );
}

function Present(props: { battle: PresentBattle }) {
  const { api } = usePanel();
  const isPaused = () => props.battle.pauseMs > 0;
  const state = () => (isPaused() ? `over; the next begins in ${seconds(props.battle.pauseMs / 1_000)}` : "fought now");
  return (
    <Section title={`Battle ${count(props.battle.number)}`}>
      <Facts
        facts={[
          ["State", state()],
          [HOUSE_NAMES[0], count(props.battle.red)],
          [HOUSE_NAMES[1], count(props.battle.blue)],
          ["Won at", count(props.battle.scoreToWin)],
        ]}
      />
      <div class="deed-buttons">
        <DeedButton action="battle.start" isOff={isPaused()} deed={() => startBattle(api, props.battle)}>
          Start a new battle…
        </DeedButton>
      </div>
    </Section>
  );
}

function ToCome(props: { battle: ScheduledBattle }) {
  const { api, nowMs } = usePanel();
  const left = () => {
    const ms = props.battle.startMs - nowMs();
    return props.battle.state === "starting" || ms <= 0 ? "starting" : `in ${seconds(ms / 1_000)}`;
  };
  return (
    <tr>
      <td>
        <Moment atMs={props.battle.startMs} />
      </td>
      <td>{left()}</td>
      <th scope="row">{props.battle.title}</th>
      <td class="wide">{props.battle.note}</td>
      <td>
        <AccountLink account={props.battle.by} />
      </td>
      <td>
        <DeedButton
          action="battle.cancel"
          isOff={props.battle.state !== "scheduled"}
          deed={() => cancelBattle(api, props.battle)}
        >
          Cancel…
        </DeedButton>
      </td>
    </tr>
  );
}

function Before(props: { battle: ScheduledBattle }) {
  return (
    <tr>
      <td>
        <Moment atMs={props.battle.startMs} />
      </td>
      <th scope="row">{props.battle.title}</th>
      <td>
        <span class={`state ${props.battle.state}`}>{props.battle.state}</span>
      </td>
      <td class="wide">{props.battle.effect}</td>
      <td>
        <AccountLink account={props.battle.by} />
      </td>
    </tr>
  );
}

function Another() {
  const { api, nowMs } = usePanel();
  const [title, setTitle] = createSignal("");
  const [note, setNote] = createSignal("");
  const [start, setStart] = createSignal(localTime(nextHour(nowMs())));
  const startMs = () => timeOf(start());
  const isAhead = () => startMs() > nowMs();
  const hint = () => (isAhead() ? `By this browser's clock; that is in ${seconds((startMs() - nowMs()) / 1_000)}.` : "That is over already.");
  const form = () => ({ title: title().trim(), note: note().trim(), start_ms: startMs() });
  const when = () => `at ${moment(startMs(), nowMs())}`;
  return (
    <Section title="Schedule another">
      <div>
        <TextField
          id="battle-title"
          label="Title"
          value={title()}
          charactersMax={TITLE_CHARACTERS_MAX}
          write={setTitle}
        />
        <div class="field">
          <label for="battle-start">Begins</label>
          <input
            id="battle-start"
            type="datetime-local"
            value={start()}
            aria-describedby="battle-start-hint"
            onInput={(event) => setStart(event.target.value)}
          />
          <span id="battle-start-hint" class="hint">
            {hint()}
          </span>
        </div>
        <TextField
          id="battle-note"
          label="What players are told with it, if anything"
          value={note()}
          charactersMax={NOTE_CHARACTERS_MAX}
          write={setNote}
        />
      </div>
      <div class="deed-buttons">
        <DeedButton
          action="battle.schedule"
          isOff={title().trim() === "" || !isAhead()}
          deed={() => scheduleBattle(api, form(), when())}
        >
          Schedule it…
        </DeedButton>
      </div>
    </Section>
  );
}

function nextHour(nowMs: number): number {
  return (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS;
}
