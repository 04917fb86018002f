//! What the server must have come to from one of its words to the next: the inputs between, each on the
//! land of the tick that applied it. Main thread.

/** What it needs of the core. */
export interface PastCore {
  setMotion(motion: Uint8Array): void;
  step(buttons: number, yaw: number): Uint8Array;
  /** Steps go over the land of a tick from now on, or over that before cells were replaced whole. */
  recall(tick: number, isBeforeReplacing: boolean): void;
  returnToNow(): void;
  /** Whether cells were replaced whole at a time that nobody told. */
  readonly isPastAmbiguous: boolean;
}

/** Two words of the server and what was sent between. */
export interface Span {
  from: { tick: number; motion: Uint8Array };
  /** Those applied after `from` up to and in `to.tick`, in order. */
  inputs: readonly { buttons: number; yaw: number }[];
  to: { tick: number; motion: Uint8Array };
}

/** The server applies so many inputs in a tick at most. */
const INPUTS_PER_TICK_MAX = 2;

/** Where the body can be at the end of a tick. */
interface Reach {
  /** Inputs applied. */
  count: number;
  motion: Uint8Array;
  /** Whether replaced cells were still the old ones. */
  isBeforeReplacing: boolean;
}

/**
 * Whether the server's own rules lead from one word to the other. Which tick applied which input is
 * told only where no word in between was lost; else every order that the rules allow is tried.
 */
export function leadsTo(core: PastCore, span: Span): boolean {
  const { from, inputs, to } = span;
  const lands = core.isPastAmbiguous ? [true, false] : [false];
  let reaches: Reach[] = lands.map((isBeforeReplacing) => {
    return { count: 0, motion: from.motion, isBeforeReplacing };
  });
  for (let tick = from.tick + 1; tick <= to.tick; tick++) {
    const countMin = inputs.length - (to.tick - tick) * INPUTS_PER_TICK_MAX;
    reaches = afterTick(core, { inputs, lands, tick, countMin }, reaches);
  }
  core.returnToNow();
  return reaches.some(({ count, motion }) => count === inputs.length && isSame(motion, to.motion));
}

interface Tick {
  inputs: Span["inputs"];
  lands: readonly boolean[];
  tick: number;
  /** Inputs that must be applied by now, or those left are too many for the ticks left. */
  countMin: number;
}

/** All that can be after one more tick. New land never becomes the old one again. */
function afterTick(core: PastCore, tick: Tick, before: readonly Reach[]): Reach[] {
  const after = new Map<string, Reach>();
  for (const isBeforeReplacing of tick.lands) {
    core.recall(tick.tick, isBeforeReplacing);
    for (const reach of before) {
      if (isBeforeReplacing && !reach.isBeforeReplacing) continue;
      for (const motion of applied(core, tick, reach)) {
        const next = { ...motion, isBeforeReplacing };
        after.set(`${next.count} ${isBeforeReplacing} ${next.motion.join()}`, next);
      }
    }
  }
  return [...after.values()];
}

/** No input, one, or as many as the server applies in a tick. */
function* applied(core: PastCore, { inputs, countMin }: Tick, { count, motion }: Reach) {
  const countMax = Math.min(inputs.length, count + INPUTS_PER_TICK_MAX);
  if (count >= countMin) yield { count, motion };
  while (count < countMax) {
    core.setMotion(motion);
    motion = core.step(inputs[count].buttons, inputs[count].yaw);
    count += 1;
    if (count >= countMin) yield { count, motion };
  }
}

export function isSame(first: Uint8Array, second: Uint8Array): boolean {
  return first.length === second.length && first.every((byte, index) => byte === second[index]);
}
