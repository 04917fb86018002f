//! Where the keyboard goes by arrows, and a gamepad by its cross: to the nearest thing that way, as it was laid
//! out.

export type Way = "up" | "down" | "left" | "right";

const WAY_OF_KEY: Record<string, Way> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};
/** A pixel aside counts as so many ahead: what is straight ahead comes first. */
const ASIDE_WEIGHT = 3;
const FOCUSABLE = "button:not(:disabled), input:not(:disabled)";

export function wayOfKey(code: string): Way | undefined {
  return WAY_OF_KEY[code];
}

/** Moves the focus within an element; whether there was anything that way. */
export function focusToward(within: HTMLElement, way: Way): boolean {
  const all = [...within.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(isShown);
  const from = document.activeElement;
  if (!(from instanceof HTMLElement) || !within.contains(from)) {
    all[0]?.focus();
    return all.length > 0;
  }
  const start = middle(from);
  const costs = all.map((element) => ({ element, cost: cost(start, middle(element), way) }));
  const ahead = costs.filter(({ element, cost: of }) => element !== from && of < Infinity);
  const nearest = ahead.sort((one, other) => one.cost - other.cost)[0];
  nearest?.element.focus();
  return nearest !== undefined;
}

interface Point {
  x: number;
  y: number;
}

function cost(from: Point, to: Point, way: Way): number {
  const [right, down] = [to.x - from.x, to.y - from.y];
  const ahead = { up: -down, down, left: -right, right }[way];
  const aside = Math.abs(way === "up" || way === "down" ? right : down);
  return ahead > 1 ? ahead + ASIDE_WEIGHT * aside : Infinity;
}

function middle(element: HTMLElement): Point {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

function isShown(element: HTMLElement): boolean {
  return element.getClientRects().length > 0;
}
