//! How a character looks, part by part, and the house that it would rather fight for.
import { For } from "solid-js";
import { LOOKS, type Appearance, type House } from "../../company";
import { HOUSES } from "./houses";
import { Portrait } from "./Portrait";

const PARTS: readonly [keyof Appearance, string][] = [
  ["hair", "Hair"],
  ["skin", "Skin"],
  ["tabard", "Tabard"],
  ["emblem", "Emblem"],
];

export interface Look {
  house: House;
  appearance: Appearance;
}

export function anyLook(): Look {
  const one = (part: keyof Appearance) => Math.floor(Math.random() * LOOKS[part]);
  const appearance = { hair: one("hair"), skin: one("skin"), tabard: one("tabard"), emblem: one("emblem") };
  return { house: 255, appearance };
}

export function LookChoice(props: { look: Look; choose(look: Look): void }) {
  const turn = (part: keyof Appearance, by: number) => {
    const { house, appearance } = props.look;
    const count = LOOKS[part];
    const next = (appearance[part] + by + count) % count;
    props.choose({ house, appearance: { ...appearance, [part]: next } });
  };
  return (
    <div class="look-choice">
      <Portrait look={props.look.appearance} house={props.look.house} />
      <div class="look-parts">
        <For each={PARTS}>
          {([part, label]) => (
            <div class="look-part" role="group" aria-label={label}>
              <button type="button" class="button small" aria-label={`${label} before`} onClick={() => turn(part, -1)}>
                ‹
              </button>
              <span>
                {label}
                <small class="dim">{` ${props.look.appearance[part] + 1}`}</small>
              </span>
              <button type="button" class="button small" aria-label={`${label} after`} onClick={() => turn(part, 1)}>
                ›
              </button>
            </div>
          )}
        </For>
      </div>
      <div class="segmented" role="radiogroup" aria-label="House">
        <For each={HOUSES}>
          {(it) => (
            <button
              type="button"
              role="radio"
              aria-checked={props.look.house === it.house}
              class={`segment house-${it.house}`}
              classList={{ chosen: props.look.house === it.house }}
              onClick={() => props.choose({ ...props.look, house: it.house })}
            >
              {it.label}
            </button>
          )}
        </For>
      </div>
    </div>
  );
}
