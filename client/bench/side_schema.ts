//! Colyseus's side: the patches that its encoder makes of a map of bodies, decoded into such a map.

import { Decoder, Encoder, schema, t, type SchemaType } from "@colyseus/schema";
import type { Body } from "./swarm";

/** Each field as small as it can be: positions in centimetres take more than 16 bits, heights do not. */
const SchemaBody = schema(
  {
    x: t.uint32(),
    y: t.uint16(),
    z: t.uint32(),
    yaw: t.uint8(),
    pose: t.uint8(),
    health: t.uint8(),
  },
  "Body",
);
type SchemaBody = SchemaType<typeof SchemaBody>;

const SchemaState = schema({ bodies: t.map(SchemaBody) }, "State");

/** The encoder's own buffer grows with a warning otherwise. */
const BUFFER_BYTES = 64 * 1_024;

export class ColyseusSchema {
  readonly bytes: number;
  private readonly patches: Uint8Array[];
  private readonly state = new SchemaState();
  private readonly decoder = new Decoder(this.state);

  constructor(ticks: Body[][]) {
    Encoder.BUFFER_SIZE = BUFFER_BYTES;
    const told = new SchemaState();
    const encoder = new Encoder(told);
    for (const { id } of ticks[0]) told.bodies.set(String(id), new SchemaBody());
    this.decoder.decode(encoder.encodeAll().slice());
    encoder.discardChanges();
    // Once around first: each patch is then what changed since the tick before, whichever was last.
    for (const bodies of ticks) patch(told.bodies, encoder, bodies);
    this.patches = ticks.map((bodies) => patch(told.bodies, encoder, bodies));
    this.bytes = this.patches[0].length;
  }

  /** All recorded ticks. */
  decode(): void {
    for (const patch of this.patches) this.decoder.decode(patch);
  }

  shown(): Map<number, Body> {
    const shown = new Map<number, Body>();
    this.state.bodies.forEach(({ x, y, z, yaw, pose, health }: SchemaBody, key: string) => {
      shown.set(Number(key), { id: Number(key), x, y, z, yaw, pose, health });
    });
    return shown;
  }
}

function patch(
  told: InstanceType<typeof SchemaState>["bodies"],
  encoder: Encoder,
  bodies: Body[],
): Uint8Array {
  for (const { id, ...state } of bodies) Object.assign(told.get(String(id)) as object, state);
  const bytes = encoder.encode().slice();
  encoder.discardChanges();
  return bytes;
}
