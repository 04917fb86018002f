//! The steps of the server's overload ladder in words, gentlest first.

import type { Overload } from "../wire/link";

export interface OverloadSign {
  /** The step, as the server's `/status` names it. */
  name: string;
  words: string;
}

const FAR_SLOWER = 1;
const NEAR_SLOWER = 2;
const REBALANCING = 4;
const TIME_DILATION = 8;
const LOGIN_QUEUE = 16;

/** What the player is under just now. */
export function overloadSigns({ steps, ratePermille }: Overload): OverloadSign[] {
  const signs: [number, OverloadSign][] = [
    [FAR_SLOWER, { name: "far_slower", words: "Far fighters update less often" }],
    [NEAR_SLOWER, { name: "near_slower", words: "Near fighters update less often, too" }],
    [REBALANCING, { name: "rebalancing", words: "Parts of the field move to other shards" }],
    [TIME_DILATION, { name: "time_dilation", words: `Time runs at ${percent(ratePermille)}` }],
    [LOGIN_QUEUE, { name: "login_queue", words: "Newcomers wait in line" }],
  ];
  return signs.filter(([bit]) => (steps & bit) !== 0).map(([, sign]) => sign);
}

function percent(permille: number): string {
  return `${Math.round(permille / 10)} %`;
}
