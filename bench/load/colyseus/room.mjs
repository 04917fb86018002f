// The world of the Colyseus peer: so many players, all of whom move in every tick, and each of whom is
// told of the same number of others. Positions follow from the tick alone, so that a client can check
// whether what it was told is right.

import { schema } from "@colyseus/schema";

// Centimetres and 1/256 of a turn: what our own server tells, in the smallest types that hold it.
export const Body = schema({
  x: "int32",
  y: "int16",
  z: "int32",
  yaw: "uint8",
  pose: "uint8",
  health: "uint8",
});

export const State = schema({
  tick: "uint32",
  bodies: { map: Body, view: true },
});

const FIELD_CM = 25_600;

/** Where body `index` is at `tick`: it walks about 20 cm a tick, over hills. */
export function place(index, tick) {
  return {
    x: (index * 7_919 + tick * 17) % FIELD_CM,
    y: (index + tick * 3) % 1_000,
    z: (index * 104_729 + tick * 11) % FIELD_CM,
    yaw: (index + tick) % 256,
  };
}
