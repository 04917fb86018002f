//! How sides are measured: in one process, by turns, by its CPU time; median and spread.

/** Odd, for the median. */
const ROUNDS_COUNT = 21;
/** Longer than the clock is coarse and than a collection of garbage takes. */
const TURN_MS_MIN = 30;
const WARM_UP_ROUNDS = 3;

export interface Measured {
  /** Microseconds of one call. */
  median: number;
  /** One in ten is below the first, one above the second. */
  spread: [number, number];
}

/** What a side does in a call. */
export type Work = () => void;

/** CPU time of each side's call. In a small run all are called, and the figures mean nothing. */
export function takeTurns(sides: Work[], isSmall: boolean): Measured[] {
  const samples: number[][] = sides.map(() => []);
  const callsCounts = sides.map((work) => (isSmall ? 1 : callsFor(work)));
  const rounds = isSmall ? 1 : WARM_UP_ROUNDS + ROUNDS_COUNT;
  for (let round = 0; round < rounds; round++) {
    sides.forEach((work, index) => {
      const time = turn(work, callsCounts[index]);
      if (isSmall || round >= WARM_UP_ROUNDS) samples[index].push(time / callsCounts[index]);
    });
  }
  return samples.map(summed);
}

function summed(samples: number[]): Measured {
  const sorted = samples.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)];
  return { median: at(0.5), spread: [at(0.1), at(0.9)] };
}

/** As many calls as fill a turn, once the compiler has seen to them. */
function callsFor(work: Work): number {
  for (let calls = 1; ; calls *= 2) {
    if (turn(work, calls) >= TURN_MS_MIN * 1_000) return calls;
  }
}

/** Microseconds of CPU that so many calls take. */
function turn(work: Work, callsCount: number): number {
  const start = process.cpuUsage();
  for (let call = 0; call < callsCount; call++) work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
