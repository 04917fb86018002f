//! Whether the parts of the HUD leave each other room, as the browser laid them out.

import { strict as assert } from "node:assert";

const PARTS = [
  ".banner-bar",
  ".notices",
  ".finds",
  ".trade-notice",
  ".net-chip",
  ".net-signs",
  ".net-figures",
  ".minimap",
  ".kill-feed",
  ".crosshair",
  ".chat",
  ".vitals",
  ".hotbar",
  ".abilities",
  ".pause-bar",
  ".death",
  ".round-end",
  ".touch-pad",
  ".touch-corner",
];

/** At each size in turn. */
export async function fits(player, sizes) {
  for (const { width, height } of sizes) {
    await player.page.setViewportSize({ width, height });
    const faults = await player.evaluate(findFaults, PARTS);
    await player.screenshot(`${player.name}-${width}x${height}`);
    assert.deepEqual(faults, [], `${width}x${height}`);
  }
}

/** At each size in turn: a window is on the screen, and nothing in it is wider than its place. */
export async function holdsAll(player, selector, sizes) {
  for (const { width, height } of sizes) {
    await player.page.setViewportSize({ width, height });
    const faults = await player.evaluate(findOverflow, selector);
    await player.screenshot(`${player.name}-window-${width}x${height}`);
    assert.deepEqual(faults, [], `${selector} at ${width}x${height}`);
  }
}

/** Runs in the page. */
async function findOverflow(selector) {
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
  const panel = document.querySelector(selector);
  const frame = panel.getBoundingClientRect();
  const slack = 1;
  const isOff =
    Math.min(frame.left, frame.top, innerWidth - frame.right, innerHeight - frame.bottom) < -slack;
  const wide = [...panel.querySelectorAll("*")].filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 0 && (left < frame.left - slack || right > frame.right + slack);
  });
  const names = wide.map(({ tagName, classList }) => `${tagName}.${[...classList].join(".")} sticks out`);
  return isOff ? [`${selector} is off the screen`, ...names] : names;
}

/** Runs in the page: which parts cover each other, or stand off the screen. */
async function findFaults(parts) {
  // The layout of this size, not of the one before.
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
  const slack = 1;
  const boxes = parts
    .flatMap((part) => [...document.querySelectorAll(part)].map((element) => ({ part, element })))
    .map(({ part, element }) => ({ part, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && box.height > 0);
  const isOff = ({ box }) =>
    Math.min(box.left, box.top, innerWidth - box.right, innerHeight - box.bottom) < -slack;
  const isCovered = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > slack &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > slack;
  const off = boxes.filter(isOff).map(({ part }) => `${part} is off the screen`);
  const covered = boxes.flatMap(({ part, box }, index) =>
    boxes
      .slice(index + 1)
      .filter((other) => isCovered(box, other.box))
      .map((other) => `${part} and ${other.part} cover each other`),
  );
  return [...off, ...covered];
}
