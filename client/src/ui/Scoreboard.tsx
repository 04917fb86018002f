import { createMemo, For } from "solid-js";
import type { ScoreRow } from "../world/state";
import type { PartProps } from "./App";
import { HOUSE_NAMES } from "./names";

/** Players of both houses by score. */
export function Scoreboard(props: PartProps) {
  return (
    <div class="panel scoreboard" role="dialog" aria-label="Scoreboard">
      <For each={[0, 1]}>{(house) => <HouseTable {...props} house={house} />}</For>
    </div>
  );
}

function HouseTable(props: PartProps & { house: number }) {
  const battle = () => props.model().battle;
  const rows = createMemo(() => props.model().scoreboard.filter((row) => row.house === props.house));
  return (
    <section class={`house-${props.house}`}>
      <header class="scoreboard-head">
        <h3>{HOUSE_NAMES[props.house]}</h3>
        <span class="dim">{battle().aliveCount[props.house] ?? 0} standing</span>
        <b>{battle().score[props.house] ?? 0}</b>
      </header>
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Kills</th>
            <th>Deaths</th>
            <th>Score</th>
          </tr>
        </thead>
        <tbody>
          <For each={rows()} fallback={<EmptyRow />}>
            {(row) => <PlayerRow row={row} own={row.name === props.model().own.name} />}
          </For>
        </tbody>
      </table>
    </section>
  );
}

function PlayerRow(props: { row: ScoreRow; own: boolean }) {
  return (
    <tr classList={{ own: props.own }}>
      <td>{props.row.name}</td>
      <td>{props.row.kills}</td>
      <td>{props.row.deaths}</td>
      <td>{props.row.score}</td>
    </tr>
  );
}

function EmptyRow() {
  return (
    <tr>
      <td colspan="4" class="dim">
        Soldiers alone, for now
      </td>
    </tr>
  );
}
