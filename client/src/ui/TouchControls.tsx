import { createSignal, For, onCleanup, Show, type JSX } from "solid-js";
import type { Action, GameActions, Stick, Toggle } from "../world/state";
import { SLOT } from "../world/state";
import type { PartProps } from "./App";
import { IconBag, IconBomb, IconBow, IconCompany, IconDash, IconHorn, IconLoaf, IconPick, IconSword } from "./icons";

/** How far the knob leaves the middle of its ring; pixels. */
const KNOB_PIXELS_MAX = 52;
const SMALL_BUTTONS: readonly { action: Action; label: string; icon: () => JSX.Element }[] = [
  { action: "jump", label: "Jump", icon: () => "\u25b2" },
  { action: "crouch", label: "Crouch", icon: () => "\u25bc" },
  { action: "dash", label: "Dash", icon: IconDash },
  { action: "horn", label: "Healing horn", icon: IconHorn },
];
const CORNER_BUTTONS: readonly { toggle: Toggle; label: string; sign: () => JSX.Element }[] = [
  { toggle: "menu", label: "Menu", sign: () => "\u2630" },
  { toggle: "belongings", label: "Belongings", sign: IconBag },
  { toggle: "company", label: "Company", sign: IconCompany },
  { toggle: "thirdPerson", label: "First or third person", sign: () => "\u21c4" },
  { toggle: "scoreboard", label: "Scoreboard", sign: () => "\u2261" },
];
const TOOL_ICONS = [IconSword, IconBow, IconBomb, IconPick];

/** Buttons under the thumbs, once the screen was touched. The bare screen steers and looks. */
export function TouchControls(props: PartProps) {
  return (
    <>
      <StickRing actions={props.actions} />
      <div class="touch-pad">
        <For each={SMALL_BUTTONS}>
          {({ action, label, icon }) => (
            <HoldButton actions={props.actions} action={action} label={label} kind={action}>
              {icon()}
            </HoldButton>
          )}
        </For>
        <HoldButton actions={props.actions} action="primary" label="Use" kind="primary">
          <InHand slot={props.model().own.slot} />
        </HoldButton>
        <button class="touch-button touch-eat" aria-label="Eat or drink" onClick={() => props.actions.eat()}>
          <IconLoaf />
        </button>
      </div>
    </>
  );
}

/** What keys do on a keyboard: menu, windows, camera, scoreboard. */
export function TouchCorner(props: { actions: GameActions }) {
  return (
    <div class="touch-corner">
      <For each={CORNER_BUTTONS}>
        {({ toggle, label, sign }) => (
          <button class="touch-small" aria-label={label} onClick={() => props.actions.toggle(toggle)}>
            {sign()}
          </button>
        )}
      </For>
    </div>
  );
}

function InHand(props: { slot: number }) {
  return (
    <Show when={props.slot < SLOT.PLACE_FIRST} fallback={"\u25a0"}>
      {TOOL_ICONS[props.slot]?.()}
    </Show>
  );
}

interface HoldProps {
  actions: GameActions;
  action: Action;
  label: string;
  kind: string;
  children: JSX.Element;
}

/** Holds its action while a finger is on it; that finger looks around as well. */
function HoldButton(props: HoldProps) {
  let last: { x: number; y: number } | null = null;
  const lift = () => {
    last = null;
    props.actions.release(props.action);
  };
  onCleanup(lift);
  return (
    <button
      class={`touch-button touch-${props.kind}`}
      aria-label={props.label}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        last = { x: event.clientX, y: event.clientY };
        props.actions.press(props.action);
      }}
      onPointerMove={(event) => {
        if (!last) return;
        props.actions.dragLook(event.clientX - last.x, event.clientY - last.y);
        last = { x: event.clientX, y: event.clientY };
      }}
      onPointerUp={lift}
      onPointerCancel={lift}
    >
      {props.children}
    </button>
  );
}

/** Shows where the steering thumb came down and where it is. */
function StickRing(props: { actions: GameActions }) {
  const [stick, setStick] = createSignal<Stick | null>(null);
  props.actions.watchStick(setStick);
  onCleanup(() => props.actions.watchStick(() => undefined));
  const knob = ({ right, down }: Stick) => {
    const far = Math.max(1, Math.hypot(right, down) / KNOB_PIXELS_MAX);
    return `translate(-50%, -50%) translate(${right / far}px, ${down / far}px)`;
  };
  return (
    <Show when={stick()}>
      {(held) => (
        <div class="touch-stick" style={{ left: `${held().x}px`, top: `${held().y}px` }}>
          <div class="touch-knob" style={{ transform: knob(held()) }} />
        </div>
      )}
    </Show>
  );
}
