import { Builder } from "flatbuffers";
import { describe, expect, it } from "vitest";
import { decode } from "./decode";
import { Drops } from "./generated/voxelheim/wire/drops";
import { Found } from "./generated/voxelheim/wire/found";
import type { ServerMessage } from "./link";
import { KIND, withHeader } from "./messages";

interface Columns {
  id: number[];
  position: number[];
  thing: number[];
  count: number[];
  isKept: number[];
}

const TWO: Columns = {
  id: [7, 0xffff_ffff],
  position: [1 << 21, 300_000, -5, -4_096, 6_144, 0],
  thing: [6, 7, 255, 10],
  count: [5, 8, 0, 1],
  isKept: [0, 1],
};

function drops(change: Partial<Columns> = {}): ServerMessage {
  const { id, position, thing, count, isKept } = { ...TWO, ...change };
  const builder = new Builder(256);
  const table = Drops.createDrops(
    builder,
    Drops.createIdVector(builder, Uint32Array.from(id)),
    Drops.createPositionVector(builder, Int32Array.from(position)),
    Drops.createThingVector(builder, thing),
    Drops.createCountVector(builder, count),
    Drops.createIsKeptVector(builder, isKept),
  );
  return sent(builder, table, KIND.DROPS);
}

function found(thing: number[], count: number[]): ServerMessage {
  const builder = new Builder(256);
  const things = Found.createThingVector(builder, thing);
  const table = Found.createFound(builder, things, Found.createCountVector(builder, count));
  return sent(builder, table, KIND.FOUND);
}

function sent(builder: Builder, table: number, kind: number): ServerMessage {
  builder.finish(table);
  const bytes = builder.asUint8Array();
  return decode(withHeader(kind, bytes.length, bytes));
}

/** As many drops as that, one coin each. */
function many(count: number): Columns {
  const column = <Cell>(cell: Cell, width = 1) => Array<Cell>(count * width).fill(cell);
  return {
    id: column(1),
    position: column(0, 3),
    thing: column(6, 2),
    count: column(1, 2),
    isKept: column(0),
  };
}

describe("what lies on the ground", () => {
  it("is placed in metres, with the things that there are", () => {
    expect(drops()).toEqual({
      kind: "drops",
      drops: [
        {
          id: 7,
          position: { x: 512, y: 300_000 / 4_096, z: -5 / 4_096 },
          things: [
            { thing: 6, count: 5 },
            { thing: 7, count: 8 },
          ],
          isKept: false,
        },
        {
          id: 0xffff_ffff,
          position: { x: -1, y: 1.5, z: 0 },
          things: [{ thing: 10, count: 1 }],
          isKept: true,
        },
      ],
    });
  });

  it("may be nothing, and at most what one message has", () => {
    expect(drops(many(0))).toEqual({ kind: "drops", drops: [] });
    expect(drops(many(32))).toMatchObject({ drops: { length: 32 } });
    expect(() => drops(many(33))).toThrow("33 drops");
  });

  it.each([
    { position: TWO.position.slice(1) },
    { position: [...TWO.position, 0] },
    { thing: [6, 7, 255] },
    { thing: [6, 7, 255, 10, 1] },
    { count: [5, 8, 0] },
    { count: [5, 8, 0, 1, 1] },
    { isKept: [0] },
    { id: [7] },
    { id: [] },
  ])("is refused with a column of another length: %j", (change) => {
    expect(() => drops(change)).toThrow("a column of");
  });

  it.each([
    { thing: [11, 7, 255, 10] },
    { thing: [6, 7, 254, 10], count: [5, 8, 1, 1] },
    { count: [0, 8, 0, 1] },
    { count: [5, 8, 1, 1] },
    { isKept: [0, 2] },
  ])("is refused with a number that means nothing: %j", (change) => {
    expect(() => drops(change)).toThrow(Error);
  });
});

describe("what was picked up", () => {
  it("is told in the order in which it was", () => {
    const stacks = [
      { thing: 6, count: 5 },
      { thing: 0, count: 255 },
      { thing: 6, count: 1 },
    ];
    expect(found([6, 0, 6], [5, 255, 1])).toEqual({ kind: "found", found: stacks });
  });

  it("is refused with a column of another length, or a number that means nothing", () => {
    expect(() => found([6, 0], [5])).toThrow("a column of");
    expect(() => found([6], [5, 1])).toThrow("a column of");
    expect(() => found([11], [1])).toThrow(Error);
    expect(() => found([6], [0])).toThrow(Error);
    expect(() => found([255], [0])).toThrow(Error);
    expect(() => found(Array(65).fill(6), Array(65).fill(1))).toThrow("65 things");
  });
});
