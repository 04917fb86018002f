import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Random } from "../world/random";
import { decode } from "./decode";
import type { ServerMessage } from "./link";

const FOLDER = fileURLToPath(new URL("../../../protocol/golden/", import.meta.url));
/** Kinds below this come down from the server; see WIRE.md. */
const FIRST_UP_KIND = 64;
const MUTATIONS_PER_VECTOR = 150;

interface Vector {
  name: string;
  bytes: Uint8Array;
  content: Record<string, unknown>;
}

function vectors(): Vector[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".bin"));
  const all = names.map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(FOLDER + name)),
    content: JSON.parse(readFileSync(FOLDER + name.replace(".bin", ".json"), "utf8")).content,
  }));
  return all.filter(({ bytes }) => bytes[0] < FIRST_UP_KIND);
}

function decoded<Kind extends ServerMessage["kind"]>(
  name: string,
  kind: Kind,
): { message: Extract<ServerMessage, { kind: Kind }>; content: Vector["content"] } {
  const vector = vectors().find((entry) => entry.name === `${name}.bin`);
  if (!vector) throw new Error(`no golden vector ${name}`);
  const message = decode(vector.bytes);
  expect(message.kind).toBe(kind);
  return {
    message: message as Extract<ServerMessage, { kind: Kind }>,
    content: vector.content,
  };
}

describe("decoding", () => {
  it("reads every golden vector that comes down", () => {
    const kinds = new Set(vectors().map(({ bytes }) => decode(bytes).kind));
    expect(kinds.size).toBe(21);
  });

  it("places bodies in metres and turns, near and far", () => {
    const { message, content } = decoded("snapshot", "snapshot");
    const bodies = content.bodies as { index: number; position: number[]; yaw: number }[];
    const { samples } = message;
    expect([...samples.id]).toEqual(bodies.map((body) => body.index));
    expect(samples.health.length).toBe(content.near_count);
    bodies.forEach(({ position, yaw }, row) => {
      const slack = row < samples.health.length ? 0 : 1 / 16;
      position.forEach((units, axis) => {
        const short = units / 4_096 - samples.placed[row * 4 + axis];
        expect(short).toBeGreaterThanOrEqual(0);
        expect(short).toBeLessThanOrEqual(slack);
      });
      expect(samples.placed[row * 4 + 3]).toBeCloseTo((yaw / 256) * Math.PI * 2);
    });
  });

  it("takes a removal for no words", () => {
    const { message, content } = decoded("said_removed", "removed");
    expect(message.sequence).toBe(content.sequence);
  });

  it("hears that all terrain of a tick was told", () => {
    const { message } = decoded("edits_told", "edits");
    expect([message.tick, message.now.length, message.blocks.length]).toEqual([810, 0, 0]);
  });

  it("reads damage, weapon and place of a wound", () => {
    const { message, content } = decoded("events", "events");
    const base = content.base as number[];
    const position = content.position as number[][];
    const values = content.value as number[];
    const hurt = message.events[4];
    expect(hurt).toMatchObject({
      kind: "hurt",
      damage: values[4] & 0xfff,
      weapon: values[4] >> 12,
      position: { x: base[0] * 16 + position[4][0] / 64, y: base[1] * 16 + position[4][1] / 64 },
    });
    expect(message.events).toHaveLength(values.length);
    expect(message.events[0]).toMatchObject({ kind: "arrowLoosed" });
    expect(message.events[1]).toMatchObject({ kind: "bombThrown" });
    expect(message.events[2]).toMatchObject({ kind: "arrowStopped" });
  });

  it("never breaks on damaged bytes: it decodes or throws, in bounded time and memory", () => {
    const random = new Random(21);
    let refusedCount = 0;
    for (const { name, bytes } of vectors()) {
      for (let round = 0; round < MUTATIONS_PER_VECTOR; round++) {
        const damaged = bytes.slice(0, 1 + random.below(bytes.length));
        for (let hits = random.below(6); hits >= 0; hits--) {
          damaged[random.below(damaged.length)] = random.below(256);
        }
        refusedCount += breaks(name, damaged);
      }
    }
    expect(refusedCount).toBeGreaterThan(100);
  });
});

/** 1 when the bytes are refused. Whatever is not refused has columns no longer than its bytes. */
function breaks(name: string, bytes: Uint8Array): number {
  let message: ServerMessage;
  try {
    message = decode(bytes);
  } catch (error) {
    expect(error, name).toBeInstanceOf(Error);
    return 1;
  }
  if (message.kind === "snapshot") {
    expect(message.samples.count).toBeLessThanOrEqual(bytes.length);
  }
  return 0;
}
