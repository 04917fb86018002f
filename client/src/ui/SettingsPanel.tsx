import { createSignal, For, onCleanup, onMount, type JSX } from "solid-js";
import { ACTIONS, type Action, type Quality, type Settings } from "../world/state";
import type { PartProps } from "./App";
import { keyLabel } from "./keys";

const QUALITIES: readonly Quality[] = ["low", "medium", "high", "ultra"];
const ACTION_NAMES: Record<Action, string> = {
  forward: "Forward",
  back: "Back",
  left: "Left",
  right: "Right",
  jump: "Jump",
  crouch: "Crouch",
  run: "Run",
  primary: "Use what is in hand",
  secondary: "Lower the bow",
  dash: "Dash",
  horn: "Healing horn",
  eat: "Eat or drink",
  thirdPerson: "First or third person",
  scoreboard: "Scoreboard",
  help: "Keys",
  belongings: "Belongings",
  company: "Company",
  nextSlot: "Next in hand",
  previousSlot: "Previous in hand",
};

/** All that is kept in this browser, and habits by the account; each change acts at once. */
export function SettingsPanel(props: PartProps & { close: () => void }) {
  const settings = () => props.model().settings;
  const change = (part: Partial<Settings>) => props.actions.changeSettings(part);
  closeOnEscape(props.close);
  return (
    <div class="veil" onClick={(event) => event.target === event.currentTarget && props.close()}>
      <div class="panel settings" role="dialog" aria-label="Settings">
        <header class="panel-head">
          <h2>Settings</h2>
          <button class="button quiet" onClick={() => props.close()}>
            Done
          </button>
        </header>
        <div class="settings-columns">
          <section>
            <h3>Picture and sound</h3>
            <QualityChoice quality={settings().quality} change={change} />
            <Slider
              name="View distance"
              value={settings().viewDistanceBlocks}
              range={[64, 256, 32]}
              text={`${settings().viewDistanceBlocks} m`}
              change={(value) => change({ viewDistanceBlocks: value })}
            />
            <Slider
              name="Field of view"
              value={settings().fieldOfView}
              range={[60, 110, 1]}
              text={`${settings().fieldOfView}°`}
              change={(value) => change({ fieldOfView: value })}
            />
            <Slider
              name="Volume"
              value={settings().volume}
              range={[0, 1, 0.05]}
              text={`${Math.round(settings().volume * 100)} %`}
              change={(value) => change({ volume: value })}
            />
            <Slider
              name="Data budget"
              value={settings().budgetBytesPerSecond / 1000}
              range={[16, 256, 8]}
              text={`${settings().budgetBytesPerSecond / 1000} kB/s`}
              change={(value) => change({ budgetBytesPerSecond: value * 1000 })}
            />
            <h3>Mouse</h3>
            <Slider
              name="Sensitivity"
              value={settings().sensitivity}
              range={[0.2, 3, 0.05]}
              text={settings().sensitivity.toFixed(2)}
              change={(value) => change({ sensitivity: value })}
            />
            <Line name="Invert up and down">
              <input
                type="checkbox"
                checked={settings().invertPitch}
                onChange={(event) => change({ invertPitch: event.currentTarget.checked })}
              />
            </Line>
          </section>
          <Bindings settings={settings()} change={change} />
        </div>
      </div>
    </div>
  );
}

function closeOnEscape(close: () => void): void {
  const onKey = (event: KeyboardEvent) => event.code === "Escape" && close();
  onMount(() => window.addEventListener("keydown", onKey));
  onCleanup(() => window.removeEventListener("keydown", onKey));
}

type Change = (part: Partial<Settings>) => void;

function Line(props: { name: string; children: JSX.Element }) {
  return (
    <label class="setting">
      <span>{props.name}</span>
      {props.children}
    </label>
  );
}

function QualityChoice(props: { quality: Quality; change: Change }) {
  return (
    <div class="segmented" role="radiogroup" aria-label="Quality">
      <For each={QUALITIES}>
        {(quality) => (
          <button
            type="button"
            role="radio"
            class="segment"
            aria-checked={props.quality === quality}
            classList={{ chosen: props.quality === quality }}
            onClick={() => props.change({ quality })}
          >
            {quality}
          </button>
        )}
      </For>
    </div>
  );
}

interface SliderProps {
  name: string;
  value: number;
  /** Lowest, highest, step. */
  range: readonly [number, number, number];
  text: string;
  change: (value: number) => void;
}

function Slider(props: SliderProps) {
  return (
    <Line name={props.name}>
      <input
        type="range"
        min={props.range[0]}
        max={props.range[1]}
        step={props.range[2]}
        value={props.value}
        onInput={(event) => props.change(event.currentTarget.valueAsNumber)}
      />
      <output>{props.text}</output>
    </Line>
  );
}

/** A click on a binding waits for the next key or mouse button and takes that. */
function Bindings(props: { settings: Settings; change: Change }) {
  const [waiting, setWaiting] = createSignal<Action | null>(null);
  const bind = (code: string) => {
    const action = waiting();
    if (!action) return;
    props.change({ bindings: { ...props.settings.bindings, [action]: code } });
    setWaiting(null);
  };
  captureNextInput(waiting, bind, () => setWaiting(null));
  return (
    <section class="bindings">
      <h3>Keys</h3>
      <For each={ACTIONS}>
        {(action) => (
          <div class="setting">
            <span>{ACTION_NAMES[action]}</span>
            <button class="binding" onClick={() => setWaiting(action)}>
              {waiting() === action ? "press a key…" : keyLabel(props.settings.bindings[action])}
            </button>
          </div>
        )}
      </For>
    </section>
  );
}

function captureNextInput(
  waiting: () => Action | null,
  bind: (code: string) => void,
  cancel: () => void,
): void {
  const onKey = (event: KeyboardEvent) => {
    if (!waiting()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.code === "Escape") cancel();
    else bind(event.code);
  };
  const onMouse = (event: MouseEvent) => {
    if (!waiting()) return;
    event.preventDefault();
    bind(`Mouse${event.button}`);
  };
  onMount(() => {
    window.addEventListener("keydown", onKey, true);
    window.addEventListener("mousedown", onMouse, true);
  });
  onCleanup(() => {
    window.removeEventListener("keydown", onKey, true);
    window.removeEventListener("mousedown", onMouse, true);
  });
}
