import { describe, expect, it } from "vitest";
import { parentOf } from "./region_name";

describe("region name", () => {
  it("leads to the region that it is an eighth of", () => {
    // As a running world names them: 512 m at 512, 512, 0 and its neighbour; 128 m within them.
    expect(parentOf("5e00000018000")).toBe(parentOf("5e00000008000"));
    expect(parentOf("5e00000018000")).toBe("6e00000000000");
    expect(parentOf("4e00000001000")).toBe("5e00000000000");
    expect(parentOf("3e00000005a00")).toBe("4e00000005000");
  });

  it("ends at the largest, and at what is no name", () => {
    expect(parentOf("6e00000000000")).toBeNull();
    for (const name of ["", "x", "0x5", "-1", "5e0000001800000000"]) expect(parentOf(name)).toBeNull();
  });
});
