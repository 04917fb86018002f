//! Our own line icons, drawn on a 24-unit square in the current colour.
import { Match, Switch, type JSX } from "solid-js";

function Icon(props: { children: JSX.Element }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {props.children}
    </svg>
  );
}

export function IconSword() {
  return (
    <Icon>
      <path d="M20 4l-9.5 9.5M20 4l-4 .6-8 8 3.4 3.4 8-8zM5.5 13.5l5 5M8 16l-4 4" />
    </Icon>
  );
}

export function IconBow() {
  return (
    <Icon>
      <path d="M8 2c9 3 9 17 0 20M8 2L5 12l3 10M2 12h19M21 12l-3.5-2.5M21 12l-3.5 2.5" />
    </Icon>
  );
}

export function IconBomb() {
  return (
    <Icon>
      <circle cx="10.5" cy="14" r="6.5" />
      <path d="M15 9l2.5-2.5M17.5 6.5c1-1.5 2.5-1.5 3.5-.5M19 3v-1M21.5 9h1M7.5 12.5a3 3 0 0 1 2-2" />
    </Icon>
  );
}

export function IconPick() {
  return (
    <Icon>
      <path d="M5 8c4-4 10-4.5 14 0-3-1.5-5-2-7-2s-4 .5-7 2zM12 6v15" />
    </Icon>
  );
}

export function IconDash() {
  return (
    <Icon>
      <path d="M13 5l7 7-7 7M3 8h6M2 12h11M3 16h6" />
    </Icon>
  );
}

export function IconHorn() {
  return (
    <Icon>
      <path d="M3 10c6 1 10-1 14-6l4 9c-6 0-11 1-14 5-2-2-4-4.5-4-8zM9 17l2 3" />
    </Icon>
  );
}

/** A loaf with three cuts. */
export function IconLoaf() {
  return (
    <Icon>
      <path d="M4 17c-2-4 0-9 8-9s10 5 8 9zM9 9.5l-1.5 4M13 9.5l-1.5 4M17 10.5l-1.5 3" />
    </Icon>
  );
}

export function IconBag() {
  return (
    <Icon>
      <path d="M8.5 3.5L12 5l3.5-1.5L14.5 8h-5zM9.5 8C5.5 11 3.5 14 4 17c.5 3 3.5 4 8 4s7.5-1 8-4c.5-3-1.5-6-5.5-9M8.5 10.5h7" />
    </Icon>
  );
}

export function IconCompany() {
  return (
    <Icon>
      <path d="M9 11a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.400zM3.5 19.500c0-4 2-6 5.5-6s5.5 2 5.5 6M16 11a2.6 2.6 0 1 0 0-5.200M17 13.500c2.5.3 3.7 2.3 3.7 5" />
    </Icon>
  );
}

function IconFall() {
  return (
    <Icon>
      <path d="M12 3v13M7 11l5 5 5-5M4 21h16" />
    </Icon>
  );
}

function IconWater() {
  return (
    <Icon>
      <path d="M3 9c3-3 6 3 9 0s6 3 9 0M3 15c3-3 6 3 9 0s6 3 9 0" />
    </Icon>
  );
}

/** By the names in `WEAPONS`. */
export function WeaponIcon(props: { weapon: string }) {
  return (
    <Switch fallback={<IconSword />}>
      <Match when={props.weapon === "arrow"}>
        <IconBow />
      </Match>
      <Match when={props.weapon === "bomb"}>
        <IconBomb />
      </Match>
      <Match when={props.weapon === "fall"}>
        <IconFall />
      </Match>
      <Match when={props.weapon === "drown"}>
        <IconWater />
      </Match>
    </Switch>
  );
}

const SHIELD = "M4 4h40v24c0 14-10 22-20 28C14 50 4 42 4 28z";

/** House Ember: a flame on red. */
export function HeraldRed() {
  return (
    <svg class="herald" viewBox="0 0 48 60" aria-hidden="true">
      <path d={SHIELD} fill="#a8321f" stroke="#e8c37a" stroke-width="2.5" />
      <path
        d="M24 12c2 7 9 10 9 19a9 9 0 0 1-18 0c0-4 2-6 3-9 2 2 3 3 3 5 3-4 4-9 3-15z"
        fill="#f3c65f"
      />
    </svg>
  );
}

/** House Tide: waves on blue. */
export function HeraldBlue() {
  return (
    <svg class="herald" viewBox="0 0 48 60" aria-hidden="true">
      <path d={SHIELD} fill="#234f96" stroke="#e8c37a" stroke-width="2.5" />
      <path
        d="M10 22c5-5 9 5 14 0s9 5 14 0M10 31c5-5 9 5 14 0s9 5 14 0M14 40c4-4 6 4 10 0s6 4 10 0"
        fill="none"
        stroke="#dfeaf2"
        stroke-width="3.5"
        stroke-linecap="round"
      />
    </svg>
  );
}
