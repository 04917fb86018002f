import { describe, expect, it } from "vitest";
import { Problem } from "../account";
import { FakeClock, settle } from "./fake_clock";
import { Recall } from "./recall";

const line = (message: string) => ({ message, name: "Ivar", house: 0, text: message, time_ms: 1 });

/** A chat service that answers each question when the test says so. */
function asked(character: string | null = "1") {
  const paths: string[] = [];
  const told: string[] = [];
  const waiting: { give(messages: string[]): void; refuse(problem: Problem): void }[] = [];
  const asker = {
    state: { isOffered: true },
    character: () => character,
    ask: <Answer>(_: string, path: string) => {
      paths.push(path);
      return new Promise<Answer>((resolve, reject) => {
        const give = (messages: string[]) => resolve({ lines: messages.map(line) } as Answer);
        waiting.push({ give, refuse: reject });
      });
    },
  };
  const clock = new FakeClock();
  const recall = new Recall(asker, clock, (group, lines) =>
    told.push(`${group}: ${lines.map(({ message }) => message).join(" ")}`),
  );
  const play = (another: string | null) => (character = another);
  return { recall, clock, paths, told, waiting, play };
}

const AWAY = new Problem("unreachable", 0);

describe("recall", () => {
  it("asks for the own group's lines, and tells them the eldest first", async () => {
    const { recall, paths, told, waiting } = asked();
    recall.ask("party");
    recall.ask("guild");
    expect(paths).toEqual([
      "/chat/channels/party/lines?character=1&limit=50",
      "/chat/channels/guild/lines?character=1&limit=50",
    ]);
    waiting[1].give(["9"]);
    waiting[0].give(["3", "2"]);
    await settle();
    expect(told).toEqual(["guild: 9", "party: 2 3"]);
  });

  it("tries a few times where the service is away or has not heard of the group yet, then lets it be", async () => {
    const { recall, clock, told, waiting } = asked();
    recall.ask("party");
    for (const problem of [new Problem("not-found", 404), AWAY, AWAY, AWAY]) {
      waiting.at(-1)?.refuse(problem);
      await settle();
      await clock.pass(15_000);
    }
    expect(waiting).toHaveLength(4);
    expect(clock.waitingCount).toBe(0);
    recall.ask("party");
    waiting[4].refuse(AWAY);
    await settle();
    await clock.pass(1_000);
    waiting[5].give(["2"]);
    await settle();
    expect(told).toEqual(["party: 2"]);
  });

  it("asks no more where it is refused, and where nobody plays", async () => {
    const { recall, clock, waiting, play } = asked();
    recall.ask("guild");
    waiting[0].refuse(new Problem("forbidden", 403));
    await settle();
    expect(clock.waitingCount).toBe(0);
    play(null);
    recall.ask("guild");
    expect(waiting).toHaveLength(1);
  });

  it("gives up an answer that another question or another player has overtaken", async () => {
    const { recall, clock, told, waiting, play } = asked();
    recall.ask("party");
    recall.ask("party");
    waiting[0].give(["1"]);
    waiting[1].give(["1", "0"]);
    await settle();
    recall.ask("guild");
    play("2");
    waiting[2].give(["8"]);
    await settle();
    recall.ask("guild");
    waiting[3].refuse(AWAY);
    await settle();
    play("3");
    await clock.pass(1_000);
    expect(told).toEqual(["party: 0 1"]);
    expect(waiting).toHaveLength(4);
  });
});
