//! What is dug, felled, made on the way, eaten and drunk.
import { HIDE, Lined, Shine, STEEL, WOOD, type Drawing } from "./strokes";

function OakLog() {
  return (
    <Lined>
      <path d="M4 20L20 6c4-2 9 3 7 7L12 27c-5 2-9-3-8-7z" fill={WOOD.dark} />
      <ellipse cx="8.3" cy="23.3" rx="4.6" ry="5.2" transform="rotate(-42 8.3 23.3)" fill={WOOD.light} />
      <ellipse cx="8.3" cy="23.3" rx="2.3" ry="2.7" transform="rotate(-42 8.3 23.3)" fill="none" />
      <Shine d="M12 15l9-8" colour={WOOD.light} />
      <path d="M15 19l7-6M17 23l4-3.5" fill="none" stroke="#3f2a17" />
    </Lined>
  );
}

function OakPlanks() {
  return (
    <Lined>
      <path d="M3 22l18-8 8 3-18 9z" fill={WOOD.base} />
      <path d="M3 22v3l8 4v-3zM11 26v3l18-9v-3z" fill={WOOD.dark} />
      <path d="M3 14l18-8 8 3-18 9z" fill={WOOD.light} />
      <path d="M3 14v3l8 4v-3zM11 18v3l18-9V9z" fill={WOOD.base} />
      <path d="M8 14.5l12-5.5M12 15.5l8-4" fill="none" stroke={WOOD.dark} stroke-width="1" />
    </Lined>
  );
}

function Stick() {
  return (
    <Lined>
      <path d="M5 26L24 5l3 2.5L8 28.5z" fill={WOOD.base} />
      <path d="M16 14l-5-2 1.5-1.5 5.5 1.5z" fill={WOOD.base} />
      <Shine d="M9 24L22 9" colour={WOOD.light} />
    </Lined>
  );
}

/** A little hill of something. */
function heap(colours: { light: string; base: string; dark: string }): Drawing {
  return () => (
    <Lined>
      <path d="M3 26c2-6 6-7 8-12 2-4 7-4 9 0 2 5 6 6 9 12 0 2-26 2-26 0z" fill={colours.base} />
      <path d="M19 13c3 5 6 7 7 12-4 1-9 1-12 1 3-4 5-8 5-13z" fill={colours.dark} stroke="none" />
      <Shine d="M7 22c2-3 4-4 5.5-7.5" colour={colours.light} />
      <path d="M10 21.500h.1M15 18h.1M13 24h.1M20 22h.1M17 22.500h.1" stroke={colours.light} stroke-width="1.8" />
    </Lined>
  );
}

function Stone() {
  return (
    <Lined>
      <path d="M4 23l3-10 9-6 9 4 4 10-5 6H9z" fill="#8d9296" />
      <path d="M16 7l9 4 4 10-5 6-6-9z" fill="#6a6f74" stroke="none" />
      <path d="M7 13l6 2 3-8M13 15l5 3-2 9M18 18l7-7" fill="none" stroke="#565b60" stroke-width="1" />
      <Shine d="M7 19l1.5-4.5" />
    </Lined>
  );
}

function Coal() {
  return (
    <Lined>
      <path d="M3 22l5-8 8 1 4 8-6 6-8-1z" fill="#33363b" />
      <path d="M14 15l4-8 8 1 3 8-5 7-5-1z" fill="#42464d" />
      <path d="M8 14l3 6-3 8M11 20l9 3M18 7l3 7 8 2M21 14l-2 8" fill="none" stroke="#1b1d20" stroke-width="1" />
      <Shine d="M19.5 9.500l4.5.5M8 16.500l4 .5" colour="#9aa2ad" />
    </Lined>
  );
}

function IronOre() {
  return (
    <Lined>
      <path d="M4 23l3-10 9-6 9 4 4 10-5 6H9z" fill="#85776c" />
      <path d="M16 7l9 4 4 10-5 6-6-9z" fill="#675b52" stroke="none" />
      <path d="M8 17l4-2 2 3-3 3zM17 11l4 0 1 3-4 1zM17 21l5-1 1 4-4 1z" fill="#d08a5c" stroke-width="1" />
      <Shine d="M9.5 17l2-1M18 12.200l2-.2" colour="#ffdcbf" />
    </Lined>
  );
}

function IronIngot() {
  return (
    <Lined>
      <path d="M2 23l6-9 16-3 6 7-6 8-15 3z" fill={STEEL.base} />
      <path d="M2 23l7 6 15-3 6-8-16 3z" fill={STEEL.dark} />
      <path d="M8 14l16-3 6 7-16 3z" fill={STEEL.light} />
      <path d="M14 21l-5 8" fill="none" />
      <Shine d="M11 15l11-2" />
    </Lined>
  );
}

function GoldCoin() {
  return (
    <Lined>
      <ellipse cx="13" cy="23" rx="9" ry="4.5" fill="#b5822b" />
      <ellipse cx="13" cy="20.5" rx="9" ry="4.5" fill="#e3b04a" />
      <circle cx="19.5" cy="12" r="8.5" fill="#e9bd58" />
      <circle cx="19.5" cy="12" r="5.8" fill="#f3d27e" stroke="#a97722" />
      <path d="M16.5 14.500v-5l1.7 2 1.3-3 1.3 3 1.7-2v5z" fill="#b5822b" stroke="none" />
      <Shine d="M13.5 8.500c1-1.5 2-2.3 3.5-2.8" />
    </Lined>
  );
}

function Leather() {
  return (
    <Lined>
      <path
        d="M8 4l4 3h8l4-3 3 5-3 4 1 6 4 5-4 4-5-2h-8l-5 2-4-4 4-5 1-6-3-4z"
        fill={HIDE.base}
      />
      <path d="M11 10h10l.500 10h-11z" fill={HIDE.light} stroke="none" fill-opacity="0.55" />
      <path d="M9 8l2 2M23 8l-2 2M8 25l2.5-3M24 25l-2.5-3" fill="none" stroke={HIDE.dark} />
    </Lined>
  );
}

function Bread() {
  return (
    <Lined>
      <path d="M3 20c0-6 6-11 14-12 7-1 12 2 12 6 0 7-8 12-16 13-6 0-10-2-10-7z" fill="#c78a45" />
      <path d="M3 20c1 4 5 5 10 4.5 8-1 15-5 16-10.5 0 7-8 13-16 13.2-6 0-10-2-10-7.200z" fill="#96602b" stroke="none" />
      <path d="M10 13l4 5M16 10.500l4 5M22 9.500l3 4" fill="none" stroke="#f3d9a4" stroke-width="2" />
    </Lined>
  );
}

function HealingDraught() {
  return (
    <Lined>
      <path d="M13 3h6v8l6 10c2 4-1 8-5 8h-8c-4 0-7-4-5-8l6-10z" fill="#d9e8e6" fill-opacity="0.55" />
      <path d="M10 18h12l3 4c1 4-1 6-5 6h-8c-4 0-6-2-5-6z" fill="#c8394a" />
      <path d="M12.5 2.500h7v4h-7z" fill={WOOD.light} />
      <Shine d="M10.5 22c-.5 1.5 0 3 1 3.8" />
      <path d="M15 21h2v2h2v2h-2v2h-2v-2h-2v-2h2z" fill="#ffe9e2" stroke="none" />
    </Lined>
  );
}

export const MATERIALS: Record<string, Drawing> = {
  oak_log: OakLog,
  oak_planks: OakPlanks,
  stick: Stick,
  dirt: heap({ light: "#a8794f", base: "#7d5636", dark: "#5c3d25" }),
  sand: heap({ light: "#fff0c0", base: "#dcc384", dark: "#b89b5e" }),
  stone: Stone,
  coal: Coal,
  iron_ore: IronOre,
  iron_ingot: IronIngot,
  gold_coin: GoldCoin,
  leather: Leather,
  bread: Bread,
  healing_draught: HealingDraught,
};
