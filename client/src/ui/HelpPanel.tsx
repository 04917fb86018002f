import { For } from "solid-js";
import type { Action, Settings } from "../world/state";
import type { PartProps } from "./App";
import { keyLabel } from "./keys";

const GROUPS: readonly { title: string; lines: readonly [string, readonly Action[]][] }[] = [
  {
    title: "Move",
    lines: [
      ["Walk", ["forward", "left", "back", "right"]],
      ["Run", ["run"]],
      ["Jump, swim up", ["jump"]],
      ["Crouch", ["crouch"]],
      ["Dash", ["dash"]],
    ],
  },
  {
    title: "Fight and build",
    lines: [
      ["Use what is in hand", ["primary"]],
      ["Lower the bow", ["secondary"]],
      ["Healing horn", ["horn"]],
      ["Eat or drink out of the bag", ["eat"]],
      ["Next or previous in hand", ["nextSlot", "previousSlot"]],
    ],
  },
  {
    title: "See",
    lines: [
      ["Bag, crafting, chest, trade", ["belongings"]],
      ["Friends, party, guild, boards", ["company"]],
      ["First or third person", ["thirdPerson"]],
      ["Scoreboard", ["scoreboard"]],
      ["These keys", ["help"]],
    ],
  },
];

/** The keys, over the battle. */
export function HelpPanel(props: PartProps) {
  return (
    <div class="panel help" role="dialog" aria-label="Keys">
      <h2>Keys</h2>
      <Controls settings={props.model().settings} />
      <p class="dim">
        1 to 0 choose what is in hand. Esc frees the mouse. Enter talks; there, Tab changes who hears.
      </p>
      <p class="dim">Walk over what the fallen leave to pick it up; while it is dim, it is another's.</p>
      <p class="dim">
        <b>Gamepad</b>: left stick walks and runs, right stick looks; RT uses, A jumps, B crouches, X
        dashes, Y blows the horn, LB and RB choose, down eats, up opens your belongings, left your company,
        Start the menu.
      </p>
      <p class="dim">
        <b>Touch</b>: the left thumb walks, the right one looks; tap a slot to take it in hand.
      </p>
    </div>
  );
}

/** The bindings in force, by group; the title shows them too. */
export function Controls(props: { settings: Settings }) {
  return (
    <div class="controls">
      <For each={GROUPS}>
        {(group) => (
          <section>
            <h3>{group.title}</h3>
            <For each={group.lines}>
              {([text, actions]) => (
                <div class="control-line">
                  <span>{text}</span>
                  <span class="keys">
                    <For each={actions}>
                      {(action) => <kbd>{keyLabel(props.settings.bindings[action])}</kbd>}
                    </For>
                  </span>
                </div>
              )}
            </For>
          </section>
        )}
      </For>
    </div>
  );
}
