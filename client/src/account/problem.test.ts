import { describe, expect, it } from "vitest";
import { asProblem, Problem } from "./problem";

const PREFIX = "urn:voxelheim:problem:";

function answer(status: number, body: unknown): Promise<Problem> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return Problem.of(new Response(text, { status }));
}

describe("problem", () => {
  it("is known by its type, and names the fields", async () => {
    const problem = await answer(422, {
      type: `${PREFIX}invalid-field`,
      title: "A field is not valid",
      errors: [{ field: "email", detail: "not a mail address" }],
    });
    expect(problem.kind).toBe("invalid-field");
    expect(problem.fields).toEqual([{ field: "email", detail: "not a mail address" }]);
    expect(problem.sentence()).toBe("Not a mail address.");
    expect(problem.isPassing).toBe(false);
  });

  it("says why somebody is out, and until when", async () => {
    const now = Date.UTC(2026, 0, 1, 12);
    const ban = { type: `${PREFIX}banned`, title: "This account is banned", detail: "Insults." };
    expect((await answer(403, ban)).sentence(now)).toBe(
      "This account is banned: Insults. It has no end.",
    );
    const until_ms = Date.UTC(2026, 0, 9, 12);
    const suspension = { ...ban, type: `${PREFIX}suspended`, until_ms };
    expect((await answer(403, suspension)).sentence(now)).toMatch(/It ends 9 January 2026.* \d\d:00\.$/);
  });

  it("says how long to wait", async () => {
    const many = (retry_after_s: number) =>
      answer(429, { type: `${PREFIX}too-many-requests`, title: "Too many requests", retry_after_s });
    expect((await many(20)).sentence()).toContain("in 20 s");
    expect((await many(700)).sentence()).toContain("in 12 minutes");
    expect((await many(20)).isPassing).toBe(true);
  });

  it("makes sense of what no service of ours wrote", async () => {
    for (const body of ["<html>502</html>", "null", "7", ""]) {
      const problem = await answer(502, body);
      expect(problem).toMatchObject({ kind: "unknown", status: 502, isPassing: true });
      expect(problem.sentence()).toContain("does not answer");
    }
    expect(asProblem(new TypeError("failed to fetch"))).toMatchObject({ status: 0, isPassing: true });
  });
});
