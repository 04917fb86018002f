//! A character's head and tabard, out of the numbers of its appearance.
import { Show } from "solid-js";
import type { Appearance, House } from "../../company";

const SKINS = ["#f3d3b4", "#e6b98f", "#d39b6d", "#b97f52", "#96623c", "#74472b", "#573421", "#c9a37e"];
const HAIR_COLOURS = ["#2a1c14", "#7a4a21", "#c99a4a", "#a9a39a"];
const HAIR_SHAPES = [
  "M9.5 14.5c-1-12 14-12 13 0l-1-3c-4 1-7 1-11-.5z",
  "M9 18c-2-17 16-17 14 0l-1.5-6c-3-2-8-2-11 0z",
  "M7.5 23c-2-23.5 19-23.5 17 0h-3l.5-10c-4-3-8-3-12 0l.5 10z",
  "M13.5 11c-.5-9 5.5-9 5 0-1.5 1-3.5 1-5 0z",
];
const HOUSE_COLOURS: Record<House, string> = { 0: "#b8402a", 1: "#2f66b0" };
const ANY_HOUSE_COLOUR = "#7d7257";
const METALS = ["#f1d28a", "#eeeadf", "#1d1712", "#c58a4b"];
/** Patterns of a tabard: as a second colour covers it. */
const PATTERNS = [
  "",
  "M16 26h12v14H16z",
  "M4 32h24v8H4z",
  "M4 26l24 14H4z",
  "M28 26L4 40h24z",
  "M13 26h6v14h-6z",
  "M4 31h24v4H4z",
  "M4 40l12-9 12 9z",
];
const EMBLEMS = [
  "M16 29l1.3 2.7 3 .4-2.2 2.1.5 3-2.6-1.4-2.6 1.4.5-3-2.2-2.1 3-.4z",
  "M15 29h2v3h3v2h-3v4h-2v-4h-3v-2h3z",
  "M16 29l3.5 4.5L16 38l-3.5-4.5z",
  "M12.5 36a3.5 3.5 0 1 1 7 0 5 5 0 0 0-7 0z",
  "M12 38l4-9 4 9-4-2z",
  "M12 30h8v4c0 2-2 3.5-4 4.5-2-1-4-2.5-4-4.5z",
  "M16 29.5a4 4 0 1 1-.01 0zM16 32a1.5 1.5 0 1 0 .01 0z",
  "M11.5 31l3 1.5 1.5-3 1.5 3 3-1.5-1 6.5h-7z",
];

export function Portrait(props: { look: Appearance; house: House }) {
  const hairColour = () => pick(HAIR_COLOURS, Math.floor(props.look.hair / HAIR_SHAPES.length));
  const metal = () => pick(METALS, Math.floor(props.look.emblem / EMBLEMS.length));
  const isDark = () => props.look.tabard >= PATTERNS.length;
  return (
    <svg class="portrait" viewBox="0 0 32 40" aria-hidden="true">
      <rect width="32" height="40" fill="rgba(0,0,0,0.28)" />
      <path
        d="M4 40v-8c0-4 3-6 7-6h10c4 0 7 2 7 6v8z"
        fill={HOUSE_COLOURS[props.house] ?? ANY_HOUSE_COLOUR}
      />
      <path
        d={pick(PATTERNS, props.look.tabard)}
        fill={isDark() ? "rgba(0,0,0,0.42)" : "rgba(255,240,205,0.5)"}
        clip-path="inset(0)"
      />
      <path d="M13 20h6v6c0 3-6 3-6 0z" fill={pick(SKINS, props.look.skin)} />
      <path d="M10 12c0-7 12-7 12 0v5c0 8-12 8-12 0z" fill={pick(SKINS, props.look.skin)} />
      <path d={pick(HAIR_SHAPES, props.look.hair)} fill={hairColour()} />
      <path d="M13 16.5h1.5M17.5 16.5H19" stroke="#20150e" stroke-width="1.3" />
      <Show when={pick(EMBLEMS, props.look.emblem)}>
        {(path) => <path d={path()} fill={metal()} />}
      </Show>
    </svg>
  );
}

/** The one of a number, or of what is left of it. */
function pick(from: readonly string[], number: number): string {
  return from[number % from.length] ?? "";
}
