import { createMemo } from "solid-js";
import type { PartProps } from "./App";
import { houseName } from "./names";

const TICKS_PER_SECOND = 20;

/** Between two rounds: who won and when the next begins. */
export function RoundEnd(props: PartProps) {
  const battle = createMemo(() => props.model().battle);
  const winner = createMemo(() => ((battle().score[0] ?? 0) >= (battle().score[1] ?? 0) ? 0 : 1));
  return (
    <div class={`round-end house-${winner()}`} role="status">
      <h2>{houseName(winner())} holds the field</h2>
      <p>
        {battle().score[0]} : {battle().score[1]}
      </p>
      <p class="dim">Next round in {Math.ceil(battle().pauseTicks / TICKS_PER_SECOND)} s</p>
    </div>
  );
}
