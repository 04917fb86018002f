import { createMemo, Show } from "solid-js";
import type { Action } from "../world/state";
import type { PartProps } from "./App";
import { IconDash, IconHorn } from "./icons";
import { keyLabel } from "./keys";

const TICKS_PER_SECOND = 20;
/** Index in `waitTicks` and the wait after use, in ticks. */
const DASH = { index: 4, fullTicks: 60 } as const;
const HORN = { index: 5, fullTicks: 400 } as const;

/** Dash and horn, with what is left to wait. */
export function Abilities(props: PartProps) {
  return (
    <div class="abilities">
      <Ability {...props} action="dash" name="Dash" wait={DASH} />
      <Ability {...props} action="horn" name="Healing horn" wait={HORN} />
    </div>
  );
}

interface AbilityProps extends PartProps {
  action: Action;
  name: string;
  wait: { index: number; fullTicks: number };
}

function Ability(props: AbilityProps) {
  const ticks = createMemo(() => props.model().own.waitTicks[props.wait.index] ?? 0);
  const share = createMemo(() => Math.min(1, ticks() / props.wait.fullTicks));
  return (
    <div class="ability" classList={{ ready: ticks() === 0 }} title={props.name}>
      <div class="ability-disc" style={{ "--wait": `${share() * 360}deg` }}>
        <Show when={props.action === "dash"} fallback={<IconHorn />}>
          <IconDash />
        </Show>
        <Show when={ticks() > 0}>
          <span class="ability-seconds">{Math.ceil(ticks() / TICKS_PER_SECOND)}</span>
        </Show>
      </div>
      <span class="ability-key">{keyLabel(props.model().settings.bindings[props.action])}</span>
    </div>
  );
}
