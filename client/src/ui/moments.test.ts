import { describe, expect, it } from "vitest";
import { momentText, spanText } from "./moments";

/** By the clock of wherever this runs. */
const at = (day: number, hour: number, minute: number) => new Date(2026, 10, day, hour, minute).getTime();

describe("moments", () => {
  it("are a time today and have their day on others", () => {
    const now = at(27, 9, 0);
    expect(momentText(at(27, 23, 5), now)).toMatch(/^(23|11):05/);
    expect(momentText(at(26, 23, 5), now)).toMatch(/26\D.*(23|11):05/);
    expect(momentText(at(27, 0, 0), now)).not.toContain("27");
  });

  it("are so far away, by the two largest units", () => {
    const spans: [number, string][] = [
      [0, "1 s"],
      [59_001, "1 min 0 s"],
      [60_000, "1 min 0 s"],
      [61_000, "1 min 1 s"],
      [3_599_000, "59 min 59 s"],
      [8_040_000, "2 h 14 min"],
      [86_400_000, "1 d 0 h"],
      [266_400_000, "3 d 2 h"],
    ];
    for (const [ms, text] of spans) expect(spanText(ms)).toBe(text);
  });
});
