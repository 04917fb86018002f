import { createMemo, Show } from "solid-js";
import type { PartProps } from "./App";

/** Health as a number and a bar, and the own character's level. */
export function Vitals(props: PartProps) {
  const health = createMemo(() => props.model().own.health);
  const share = createMemo(() => health() / Math.max(1, props.model().own.healthMax));
  return (
    <div
      class="vitals"
      classList={{ low: share() < 0.35 }}
      role="meter"
      aria-label="Health"
      aria-valuenow={health()}
      aria-valuemax={props.model().own.healthMax}
    >
      <div class="vitals-head">
        <div class="vitals-number">{health()}</div>
        <Show when={props.model().level}>{(level) => <div class="vitals-level">Level {level()}</div>}</Show>
      </div>
      <div class="bar">
        <div class="bar-trail" style={{ width: `${share() * 100}%` }} />
        <div class="bar-fill" style={{ width: `${share() * 100}%` }} />
      </div>
    </div>
  );
}
