//! Which place of which grid is chosen, and which the mouse is over: what the words below are about.

import { createSignal, type Accessor } from "solid-js";

export interface Pick {
  /** The grid. */
  area: string;
  place: number;
}

export interface Picks {
  /** What the mouse is over, or else what is chosen. */
  shown: Accessor<Pick | null>;
  isChosen(area: string, place: number): boolean;
  choose(pick: Pick | null): void;
  hover(pick: Pick | null): void;
}

export function createPicks(): Picks {
  const [chosen, choose] = createSignal<Pick | null>(null);
  const [hovered, hover] = createSignal<Pick | null>(null);
  return {
    shown: () => hovered() ?? chosen(),
    isChosen: (area, place) => chosen()?.area === area && chosen()?.place === place,
    choose,
    hover,
  };
}
