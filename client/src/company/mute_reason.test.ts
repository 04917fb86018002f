import { describe, expect, it } from "vitest";
import { Problem } from "../account";
import { MuteReason } from "./mute_reason";

/** A chat service that answers what a test says, one after the other. */
function asked(...answers: (object | Problem)[]) {
  const paths: string[] = [];
  const ask = async <Answer>(_: string, path: string): Promise<Answer> => {
    paths.push(path);
    const answer = answers.shift();
    if (answer instanceof Problem) throw answer;
    return answer as Answer;
  };
  return { paths, mute: new MuteReason({ ask }) };
}

const mutedFor = (reason: string) => ({ mute: { until_ms: 9_000, reason } });

describe("the reason of a mute", () => {
  it("is asked for once, however often one is refused, and anew with another mute", async () => {
    const { mute, paths } = asked(mutedFor("rude to all"), mutedFor("<b>Rude</b> again."));
    const reasons = [mute.of(9_000), mute.of(9_000)];
    expect(await Promise.all(reasons)).toEqual(["Rude to all.", "Rude to all."]);
    expect(await mute.of(9_000)).toBe("Rude to all.");
    expect(paths).toEqual(["/chat/mute"]);
    expect(await mute.of(20_000)).toBe("<b>Rude</b> again.");
    expect(paths).toHaveLength(2);
  });

  it("is empty where nobody tells it, and asked for again", async () => {
    const { mute, paths } = asked(new Problem("unreachable", 0), { mute: null }, mutedFor("insults"));
    expect([await mute.of(9_000), await mute.of(9_000)]).toEqual(["", ""]);
    expect(await mute.of(9_000)).toBe("Insults.");
    expect(paths).toHaveLength(3);
  });
});
