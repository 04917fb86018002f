//! Arms, armour and what soldiers carry.
import { HIDE, Lined, Shine, STEEL, WOOD, type Drawing } from "./strokes";

function Arrow() {
  return (
    <Lined>
      <path d="M7 25L24 8" fill="none" stroke={WOOD.dark} stroke-width="3.4" />
      <path d="M7 25L24 8" fill="none" stroke={WOOD.light} stroke-width="1.4" />
      <path d="M21 4l8-1-1 8-3-1-3-3z" fill={STEEL.light} />
      <path d="M10 22l-6 .5-1 3 4-.5-.5 4 3-1 .5-6z" fill="#e8e1cf" />
    </Lined>
  );
}

function Torch() {
  return (
    <Lined>
      <path d="M13 14h6l-1.5 15h-3z" fill={WOOD.base} />
      <path d="M11.5 12h9l-1.5 5h-6z" fill="#54402b" />
      <path d="M16 1.500c1 4 6 5 6 9.5 0 3-3 4-6 4s-6-1-6-4c0-2 1-3 2-4 1 1 1.5 1 2 1 2-2 2-4 2-6.500z" fill="#f0872c" />
      <path d="M16 8c1 2 3 2.5 3 4.5 0 1.5-1.5 2-3 2s-3-.5-3-2 2-2 3-4.500z" fill="#ffe08a" stroke="none" />
    </Lined>
  );
}

function Bow() {
  return (
    <Lined>
      <path d="M8 3l18 21" fill="none" stroke="#e8e1cf" stroke-width="1" />
      <path d="M7 2.500C19 2 29 12 27.5 25.500l-2.8-.5C25.5 14.5 18 6 7 5.500z" fill={WOOD.base} />
      <path d="M20.5 8.500l3.5 4-2 1.8-3.5-4z" fill={HIDE.dark} />
      <Shine d="M11 4.500c4 .6 7 2.2 9.5 4.5" colour={WOOD.light} />
    </Lined>
  );
}

function IronSword() {
  return (
    <Lined>
      <path d="M28 3l-.5 5L14 21.5 10.5 18 24 4z" fill={STEEL.base} />
      <path d="M28 3L12.3 19.7 10.5 18 24 4z" fill={STEEL.light} stroke="none" />
      <path d="M28 3l-.5 5L14 21.5 10.5 18 24 4z" fill="none" />
      <path d="M7.5 16.500l8 8-2 2-8-8z" fill="#c79a3e" />
      <path d="M9 21l2 2-5 5-2-2z" fill={HIDE.dark} />
      <circle cx="4.5" cy="27.5" r="2" fill="#c79a3e" />
    </Lined>
  );
}

function WoodenShield() {
  return (
    <Lined>
      <path d="M4 5c8 1 16 1 24 0 1 11-3 19-12 24C7 24 3 16 4 5z" fill={WOOD.base} />
      <path d="M16 5.800c4 0 8-.2 12-.8 1 11-3 19-12 24z" fill={WOOD.dark} fill-opacity="0.55" stroke="none" />
      <path d="M10.5 5.600v20M16 5.800V29M21.5 5.600v20" fill="none" stroke={WOOD.dark} stroke-width="1" />
      <path d="M4 5c8 1 16 1 24 0 1 11-3 19-12 24C7 24 3 16 4 5z" fill="none" stroke={STEEL.dark} stroke-width="2" />
      <circle cx="16" cy="14" r="4.2" fill={STEEL.base} />
      <Shine d="M14 13c.4-1 1-1.5 2-1.7" />
    </Lined>
  );
}

function IronHelmet() {
  return (
    <Lined>
      <path d="M5 26V16C5 8 10 4 16 4s11 4 11 12v10l-7 2v-9h-8v9z" fill={STEEL.base} />
      <path d="M16 4c6 0 11 4 11 12v10l-7 2v-9h-4z" fill={STEEL.dark} fill-opacity="0.6" stroke="none" />
      <path d="M5 16h22v3H5z" fill="#c79a3e" />
      <path d="M14.5 5h3v18h-3z" fill={STEEL.light} />
      <Shine d="M8 13c.5-3 2-5 4-6" />
    </Lined>
  );
}

function IronBreastplate() {
  return (
    <Lined>
      <path d="M6 4l5 1c1 3 9 3 10 0l5-1 3 7-4 3 1 12c-6 3-14 3-20 0l1-12-4-3z" fill={STEEL.base} />
      <path d="M16 7c3 0 4.5-1 5-2l5-1 3 7-4 3 1 12c-3 1.5-6 2.2-10 2.200z" fill={STEEL.dark} fill-opacity="0.55" stroke="none" />
      <path d="M16 8v20M8 19c5 2 11 2 16 0" fill="none" stroke={STEEL.dark} />
      <Shine d="M9.5 9c.3 2 .3 4 0 6" />
      <circle cx="16" cy="13" r="1.8" fill="#c79a3e" stroke-width="1" />
    </Lined>
  );
}

function LeatherTrousers() {
  return (
    <Lined>
      <path d="M8 4h16l3 24h-8l-3-14-3 14H5z" fill={HIDE.base} />
      <path d="M16 7h8l3 21h-8l-3-14z" fill={HIDE.dark} fill-opacity="0.5" stroke="none" />
      <path d="M7.5 4h17v4h-17z" fill={HIDE.dark} />
      <path d="M14 4h4v4h-4z" fill="#c79a3e" stroke-width="1" />
      <Shine d="M9.5 12L8 24" colour={HIDE.light} />
    </Lined>
  );
}

function LeatherBoots() {
  return (
    <Lined>
      <path d="M14 4h10v14l5 5v4H14z" fill={HIDE.dark} />
      <path d="M4 6h10v14l6 4v4H4z" fill={HIDE.base} />
      <path d="M3.5 26.500H20V29H3.500z" fill="#3a2414" />
      <path d="M4 6h10v4H4z" fill={HIDE.light} />
      <path d="M9 15h5M9 19h5" fill="none" stroke={HIDE.dark} />
    </Lined>
  );
}

export const GEAR: Record<string, Drawing> = {
  arrow: Arrow,
  torch: Torch,
  bow: Bow,
  iron_sword: IronSword,
  wooden_shield: WoodenShield,
  iron_helmet: IronHelmet,
  iron_breastplate: IronBreastplate,
  leather_trousers: LeatherTrousers,
  leather_boots: LeatherBoots,
};
