import { describe, expect, it } from "vitest";
import { Random } from "../world/random";
import { Framer } from "./framing";
import { withHeader } from "./messages";

describe("framing", () => {
  it("finds every message however the stream is cut", () => {
    const random = new Random(3);
    for (let round = 0; round < 200; round++) {
      const sent = Array.from({ length: 1 + random.below(6) }, () => {
        const table = Uint8Array.from({ length: random.below(40) }, () => random.below(256));
        return withHeader(16 + random.below(8), table.length, table);
      });
      const stream = Uint8Array.from(sent.flatMap((message) => [...message]));
      const framer = new Framer();
      const found: Uint8Array[] = [];
      for (let at = 0; at < stream.length; ) {
        const end = Math.min(stream.length, at + 1 + random.below(30));
        found.push(...framer.take(stream.subarray(at, end)));
        at = end;
      }
      expect(found).toEqual(sent);
      for (const message of found) expect(message.byteOffset).toBe(0);
    }
  });

  it("refuses a length that no message has", () => {
    const framer = new Framer();
    expect(() => framer.take(Uint8Array.of(16, 0, 0, 0, 255, 255, 255, 255))).toThrow();
  });
});
