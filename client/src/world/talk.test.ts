import { describe, expect, it } from "vitest";
import { CHANNEL, type Said } from "../wire/link";
import { Talk } from "./talk";
import { channelAfter, wishOf } from "./talk_command";

const said = (change: Partial<Said>): Said => ({
  channel: CHANNEL.GLOBAL,
  from: 7,
  name: "Bera",
  house: 0,
  to: "",
  text: "hello",
  sequence: "1",
  timeMs: 0,
  ...change,
});

/** The server's word to who is in a party. */
const serverLine = said({ channel: CHANNEL.PARTY, from: 0, name: "", house: 255, sequence: "7", text: "" });

function inParty() {
  const talk = new Talk();
  const entered: number[] = [];
  talk.onGroup = (channel) => entered.push(channel);
  talk.hear(serverLine, 7, 1);
  return { talk, entered };
}

/** Said at the millisecond that is its number. */
const remembered = (message: string, text: string, name = "Bera") => ({
  message,
  name,
  house: 0,
  text,
  time_ms: Number(message),
});

describe("talk", () => {
  it("shows words once, however often they come", () => {
    const talk = new Talk();
    talk.hear(said({}), 9, 1);
    const before = talk.lines;
    talk.hear(said({}), 9, 2);
    expect(talk.lines).toBe(before);
    talk.hear(said({ sequence: "2", text: "<b>hi</b>" }), 9, 3);
    expect(talk.lines.map((line) => line.text)).toEqual(["hello", "<b>hi</b>"]);
  });

  it("keeps a bounded number of lines and goes on", () => {
    const talk = new Talk();
    for (let number = 0; number < 1_000; number++) {
      talk.hear(said({ sequence: String(number), text: String(number) }), 9, number);
    }
    expect(talk.lines.length).toBe(200);
    expect(talk.lines[199].text).toBe("999");
  });

  it("knows by their numbers what others said, for a report", () => {
    const talk = new Talk();
    talk.hear(said({ sequence: "18446744073709551615" }), 9, 1);
    talk.hear(said({ sequence: "2" }), 7, 2);
    talk.hear(said({ sequence: "3", from: 0, channel: CHANNEL.SYSTEM }), 9, 3);
    expect(talk.lines.map((line) => line.message)).toEqual(["18446744073709551615", "", ""]);
  });

  it("shows of what a moderator removed only that it was, whether it came before or comes yet", () => {
    const talk = new Talk();
    talk.hear(said({ text: "rude" }), 9, 1);
    talk.hear(said({ sequence: "2", from: 9, text: "rude, too" }), 9, 2);
    talk.hear(said({ sequence: "3" }), 9, 3);
    talk.remove("1");
    talk.remove("2");
    talk.remove("4");
    talk.hear(said({ sequence: "4", text: "late" }), 9, 4);
    expect(talk.lines.map(({ kind, name, text, message }) => [kind, name, text, message])).toEqual([
      ["removed", "Bera", "Removed by a moderator.", ""],
      ["removed", "Bera", "Removed by a moderator.", ""],
      ["said", "Bera", "hello", "3"],
    ]);
    const before = talk.lines;
    talk.hear(said({ text: "rude" }), 9, 5);
    talk.remove("5");
    expect(talk.lines).toBe(before);
  });

  it("tells own whispers from others' and knows whom to answer", () => {
    const talk = new Talk();
    talk.hear(said({ channel: CHANNEL.WHISPER, to: "Ivar" }), 7, 1);
    expect(talk.lines[0]).toMatchObject({ own: true, to: "Ivar" });
    expect(talk.lastWhisperer).toBe("");
    talk.hear(said({ channel: CHANNEL.WHISPER, to: "Ivar", sequence: "2" }), 8, 1);
    expect(talk.lines[1]).toMatchObject({ own: false, to: "" });
    expect(talk.lastWhisperer).toBe("Bera");
  });

  it("shows nothing of the silenced, nor what they said before, until they are heard again", () => {
    const talk = new Talk();
    talk.hear(said({ channel: CHANNEL.WHISPER }), 9, 1);
    talk.hear(said({ sequence: "2", name: "Ivar", from: 8, text: "mine" }), 8, 2);
    talk.silence(new Set(["Bera", "Ivar"]));
    expect(talk.lines.map((line) => line.text)).toEqual(["mine"]);
    expect(talk.lastWhisperer).toBe("");
    const before = talk.lines;
    talk.hear(said({ sequence: "3", channel: CHANNEL.WHISPER }), 9, 3);
    talk.silence(new Set(["Bera"]));
    expect(talk.lines).toBe(before);
    talk.silence(new Set());
    talk.hear(said({ sequence: "4" }), 9, 4);
    expect(talk.lines.map((line) => line.text)).toEqual(["mine", "hello"]);
  });

  it("puts what is recalled where it was said, once, however it comes", () => {
    const { talk } = inParty();
    const party = { channel: CHANNEL.PARTY };
    talk.hear(said({ ...party, sequence: "30", text: "third", timeMs: 30 }), 7, 5);
    talk.hear(said({ sequence: "50", text: "fifth", timeMs: 50 }), 7, 6);
    const lines = [remembered("10", "first"), remembered("30", "third"), remembered("40", "fourth")];
    talk.recall(CHANNEL.PARTY, lines, "Bera");
    const before = talk.lines;
    expect(before.map((line) => line.text)).toEqual(["", "first", "third", "fourth", "fifth"]);
    expect(before.map((line) => line.isRecalled)).toEqual([false, true, false, true, false]);
    talk.hear(said({ ...party, sequence: "40", text: "fourth", timeMs: 40 }), 7, 7);
    talk.recall(CHANNEL.PARTY, lines, "Bera");
    expect(talk.lines).toBe(before);
    expect(new Set(before.map((line) => line.number)).size).toBe(5);
  });

  it("takes recalled lines for its own by name, and lets those of others be reported", () => {
    const { talk } = inParty();
    talk.recall(CHANNEL.PARTY, [remembered("10", "mine", "Ivar"), remembered("20", "yours")], "Ivar");
    expect(talk.lines.slice(1)).toMatchObject([
      { own: true, message: "", text: "mine" },
      { own: false, message: "20", text: "yours", atMs: Number.NEGATIVE_INFINITY },
    ]);
  });

  it("recalls nothing of the silenced and the muted, nor of a group that one has left", () => {
    const { talk } = inParty();
    talk.silence(new Set(["Bera"]));
    talk.ignore("njal", true);
    const lines = [remembered("10", "one"), remembered("20", "two", "Njal"), remembered("30", "three", "Ivar")];
    talk.recall(CHANNEL.PARTY, lines, "Astrid");
    expect(talk.lines.map((line) => line.text)).toEqual(["", "three"]);
    talk.ignore("Njal", false);
    talk.recall(CHANNEL.PARTY, lines, "Astrid");
    expect(talk.lines.map((line) => line.text)).toEqual(["", "two", "three"]);
    talk.refuse({ reason: 6, channel: CHANNEL.PARTY, untilMs: 0 }, 1, 1);
    talk.recall(CHANNEL.PARTY, [remembered("40", "four", "Ivar")], "Astrid");
    talk.recall(CHANNEL.GUILD, [remembered("50", "five", "Ivar")], "Astrid");
    expect(talk.lines.map((line) => line.text)).not.toContain("four");
    expect(talk.lines.map((line) => line.text)).not.toContain("five");
  });

  it("asks for what a group said whenever the server says that one is in it", () => {
    const { talk, entered } = inParty();
    talk.hear(said({ channel: CHANNEL.PARTY, sequence: "2" }), 7, 1);
    talk.hear(serverLine, 7, 1);
    expect(entered).toEqual([CHANNEL.PARTY, CHANNEL.PARTY]);
  });

  it("calls when the server speaks to this player alone, once for each word", () => {
    const talk = new Talk();
    let wordsCount = 0;
    talk.onWord = () => (wordsCount += 1);
    const server = { channel: CHANNEL.SYSTEM, from: 0, name: "", house: 255 };
    for (const sequence of ["1", "1", "2"]) talk.hear(said({ ...server, sequence, to: "Bera" }), 7, 1);
    talk.hear(said({ ...server, sequence: "3" }), 7, 1);
    talk.hear(said({ channel: CHANNEL.WHISPER, sequence: "4", to: "Bera" }), 9, 1);
    expect([wordsCount, talk.lines.length]).toEqual([2, 4]);
  });

  it("knows the groups that the server says one is in", () => {
    const talk = new Talk();
    const server = { channel: CHANNEL.PARTY, from: 0, name: "", house: 255, sequence: "7" };
    talk.hear(said(server), 7, 1);
    expect([...talk.groups]).toEqual([CHANNEL.PARTY]);
    talk.refuse({ reason: 6, channel: CHANNEL.PARTY, untilMs: 0 }, 1, 1);
    expect(talk.groups.size).toBe(0);
    talk.hear(said(server), 7, 1);
    expect(talk.groups.has(CHANNEL.PARTY)).toBe(true);
    expect(talk.lines.length).toBe(2);
  });

  it("says why words were not taken, and for how long", () => {
    const talk = new Talk();
    talk.refuse({ reason: 0, channel: 0, untilMs: 5_500 }, 1, 2_000);
    talk.refuse({ reason: 4, channel: 0, untilMs: 602_000 }, 1, 2_000);
    expect(talk.lines.map((line) => line.text)).toEqual([
      "You speak too fast. Wait 4 s.",
      "A moderator muted you. You may speak again in 10 minutes.",
    ]);
  });

  it("says why one is muted as soon as that is known, and stays as it is where nobody knows", async () => {
    const talk = new Talk();
    const whys: Record<number, string> = { 602_000: "<b>Rude</b> to all." };
    talk.muteReason = async (untilMs) => whys[untilMs] ?? "";
    talk.refuse({ reason: 4, channel: 0, untilMs: 602_000 }, 1, 2_000);
    talk.hear(said({}), 9, 2);
    talk.refuse({ reason: 4, channel: 0, untilMs: 92_000 }, 3, 2_000);
    talk.refuse({ reason: 7, channel: 5, untilMs: 602_000 }, 4, 2_000);
    const before = talk.lines.map(({ number, kind }) => [number, kind]);
    await Promise.resolve();
    await Promise.resolve();
    expect(talk.lines.map(({ number, kind }) => [number, kind])).toEqual(before);
    expect(talk.lines.map((line) => line.text)).toEqual([
      "A moderator muted you: <b>Rude</b> to all. You may speak again in 10 minutes.",
      "hello",
      "A moderator muted you. You may speak again in 90 s.",
      "Only the server speaks there.",
    ]);
  });
});

describe("a typed line", () => {
  const speech = { channel: CHANNEL.HOUSE, names: ["Åsa", "Åsa the Bold"], lastWhisperer: "Bo" };
  const wish = (typed: string) => wishOf(typed, speech);
  const say = (channel: number, to: string, text: string) => ({ kind: "say", channel, to, text });

  it("goes where it says, or where words went before", () => {
    expect(wish("  hold the ford ")).toEqual(say(CHANNEL.HOUSE, "", "hold the ford"));
    expect(wish("/all hold")).toEqual(say(CHANNEL.GLOBAL, "", "hold"));
    expect(wish("/NEAR")).toEqual({ kind: "choose", channel: CHANNEL.LOCAL });
  });

  it("whispers to names of one word or several", () => {
    expect(wish("/w åsa the bold come here")).toEqual(
      say(CHANNEL.WHISPER, "Åsa the Bold", "come here"),
    );
    expect(wish("/w Ivar come")).toEqual(say(CHANNEL.WHISPER, "Ivar", "come"));
    expect(wish("/r yes")).toEqual(say(CHANNEL.WHISPER, "Bo", "yes"));
    expect(wish("/w Ivar").kind).toBe("fault");
    expect(wishOf("/r yes", { ...speech, lastWhisperer: "" }).kind).toBe("fault");
  });

  it("mutes, and says what it does not know", () => {
    expect(wish("/mute Åsa the Bold")).toEqual({ kind: "ignore", name: "Åsa the Bold", ignored: true });
    expect(wish("/unmute Bo")).toEqual({ kind: "ignore", name: "Bo", ignored: false });
    expect(wish("/mute").kind).toBe("fault");
    expect(wish("/dance").kind).toBe("fault");
  });

  it("goes through the channels by Tab, those of groups when one is in them", () => {
    const round = (groups: Set<number>) => {
      const seen = [CHANNEL.GLOBAL as number];
      for (;;) {
        const next = channelAfter(seen[seen.length - 1], groups);
        if (next === CHANNEL.GLOBAL) return seen;
        seen.push(next);
      }
    };
    expect(round(new Set())).toEqual([0, 1, 2]);
    expect(round(new Set([CHANNEL.GUILD]))).toEqual([0, 1, 2, 4]);
    expect(channelAfter(CHANNEL.PARTY, new Set())).toBe(CHANNEL.GLOBAL);
  });
});
