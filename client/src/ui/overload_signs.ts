//! The steps of the server's overload ladder in words, gentlest first.

import type { Overload } from "../wire/link";

export interface OverloadSign {
  /** The step, as the server's `/status` names it. */
  name: string;
  words: string;
  /** The same where there is little room. */
  brief: string;
}

const FAR_SLOWER = 1;
const NEAR_SLOWER = 2;
const REBALANCING = 4;
const TIME_DILATION = 8;
const LOGIN_QUEUE = 16;

/** What the player is under just now. */
export function overloadSigns({ steps, ratePermille }: Overload): OverloadSign[] {
  const rate = percent(ratePermille);
  const signs: [number, OverloadSign][] = [
    [FAR_SLOWER, { name: "far_slower", words: "Far fighters update less often", brief: "Far slower" }],
    [NEAR_SLOWER, { name: "near_slower", words: "Near fighters update less often, too", brief: "Near slower" }],
    [REBALANCING, { name: "rebalancing", words: "Parts of the field move to other shards", brief: "Field moves" }],
    [TIME_DILATION, { name: "time_dilation", words: `Time runs at ${rate}`, brief: `Time ${rate}` }],
    [LOGIN_QUEUE, { name: "login_queue", words: "Newcomers wait in line", brief: "Queue" }],
  ];
  return signs.filter(([bit]) => (steps & bit) !== 0).map(([, sign]) => sign);
}

/** Never all of it: time that is said to run slower does. */
function percent(permille: number): string {
  return `${Math.min(99, Math.round(permille / 10))} %`;
}
