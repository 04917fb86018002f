//! How items are drawn: filled, with a dark line around, lit from the upper left.
import type { JSX } from "solid-js";

export type Drawing = () => JSX.Element;

export const LINE = "#2b1b0f";
export const STEEL = { light: "#dfe5ea", base: "#a9b4bd", dark: "#6f7a84" };
export const WOOD = { light: "#c49a62", base: "#97703f", dark: "#64462a" };
export const HIDE = { light: "#b9814c", base: "#8d5a31", dark: "#5e3a1f" };

/** Parts that share the dark line. */
export function Lined(props: { children: JSX.Element; width?: number }) {
  return (
    <g
      stroke={LINE}
      stroke-width={props.width ?? 1.3}
      stroke-linejoin="round"
      stroke-linecap="round"
    >
      {props.children}
    </g>
  );
}

/** Light on an edge: no line around it. */
export function Shine(props: { d: string; colour?: string }) {
  return (
    <path
      d={props.d}
      fill="none"
      stroke={props.colour ?? "#ffffff"}
      stroke-opacity="0.5"
      stroke-width="1.3"
      stroke-linecap="round"
    />
  );
}
