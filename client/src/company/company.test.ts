import { describe, expect, it } from "vitest";
import { Problem } from "../account";
import { Company } from "./company";
import { befriend, join } from "./deeds";
import { card, FakeService } from "./fake_service";
import { FakeClock, settle } from "./fake_clock";
import { Roster } from "./roster";

async function opened(prepare: (service: FakeService) => void = () => undefined) {
  const service = new FakeService();
  prepare(service);
  const clock = new FakeClock();
  const company = new Company(service, clock);
  company.open();
  await settle();
  return { service, clock, company };
}

const INVITATION = { kind: "party", group: "70", by: card("2", "Ivar"), expires_ms: 0 } as const;

describe("company", () => {
  it("is told when a window opens, and looked for only while one is", async () => {
    const { service, clock, company } = await opened();
    expect(company.state.fellowship).toMatchObject({ profile: { level: 3 }, party: null, guild: null });
    expect(company.state.board.ranks).toHaveLength(1);
    await clock.pass(12_000);
    expect(service.count("/profiles")).toBe(3);
    company.close();
    await clock.pass(60_000);
    expect(service.count("/profiles")).toBe(3);
    expect(clock.waitingCount).toBe(0);
  });

  it("hears in battle only what waits for an answer", async () => {
    const service = new FakeService();
    const clock = new FakeClock();
    const company = new Company(service, clock);
    company.attend(true);
    await settle();
    service.invitations = [INVITATION];
    await clock.pass(20_000);
    expect(company.state.calls?.invitations).toEqual([INVITATION]);
    company.attend(false);
    await clock.pass(60_000);
    expect(clock.waitingCount).toBe(0);
  });

  it("learns the level on entering, and when it may have risen, but does not ask again and again", async () => {
    const service = new FakeService();
    const clock = new FakeClock();
    const company = new Company(service, clock);
    company.attend(true);
    await settle();
    expect(company.state.level).toBe(3);
    await clock.pass(60_000);
    expect(service.count("/profiles")).toBe(1);
    service.isAway = true;
    service.level = 4;
    company.lookForLevel();
    await settle();
    expect(company.state).toMatchObject({ level: 3, trouble: "away" });
    service.isAway = false;
    await clock.pass(20_000);
    expect(company.state.level).toBe(4);
    expect(service.count("/profiles")).toBe(3);
    service.owner = null;
    await company.look();
    expect(company.state.level).toBe(null);
  });

  it("asks for the level anew where it may have risen while an answer was on its way", async () => {
    const service = new FakeService();
    const company = new Company(service, new FakeClock());
    company.attend(true);
    company.lookForLevel();
    service.level = 4;
    await settle();
    expect(company.state.level).toBe(4);
  });

  it("asks somebody by name, and shows at once what became of it", async () => {
    const { company } = await opened();
    const asked = company.act(befriend({ name: "Ivar" }));
    expect(company.state.isBusy).toBe(true);
    expect(await asked).toBe(true);
    expect(company.state.calls?.relations).toMatchObject([{ name: "Ivar", relation: "asked" }]);
    expect(company.state.word).toMatchObject({ kind: "done", text: "Ivar was asked." });
    expect(company.state.isBusy).toBe(false);
    expect(await company.act(befriend({ name: "Njal" }))).toBe(false);
    expect(company.state.word).toMatchObject({ kind: "refused", text: expect.stringContaining("Nobody") });
  });

  it("joins what one is invited to", async () => {
    const { company } = await opened((service) => (service.invitations = [INVITATION]));
    await company.act(join(INVITATION));
    expect(company.state.fellowship?.party?.members).toHaveLength(2);
    expect(company.state.calls?.invitations).toEqual([]);
  });

  it("says in a sentence why not, and does the next thing", async () => {
    const { service, company } = await opened((it) => (it.invitations = [INVITATION]));
    service.refusals = [new Problem("party-full", 409, { title: "A party has eight members" })];
    const [first, second] = [company.act(join(INVITATION)), company.act(join(INVITATION))];
    expect(await first).toBe(false);
    expect(await second).toBe(true);
  });

  it("takes no more deeds than a hand does", async () => {
    const { company } = await opened();
    const all = Array.from({ length: 9 }, () => company.act(befriend({ name: "Ivar" })));
    expect(company.state.word?.text).toContain("One thing after the other");
    expect((await Promise.all(all)).filter(Boolean)).toHaveLength(8);
  });

  it("keeps what it knows while the service is away, and comes back by itself", async () => {
    const { service, clock, company } = await opened();
    service.isAway = true;
    expect(await company.act(befriend({ name: "Ivar" }))).toBe(false);
    expect(company.state).toMatchObject({ trouble: "away", word: { kind: "away" } });
    expect(company.state.fellowship?.profile.level).toBe(3);
    service.isAway = false;
    await clock.pass(6_000);
    expect(company.state).toMatchObject({ trouble: "", troubleText: "" });
  });

  it("keeps what says the same as it is, so that windows keep their focus there", async () => {
    const { service, company } = await opened((it) => {
      it.relate("2", "Ivar", "friend");
      it.relate("3", "Njal", "friend");
    });
    const before = company.state.fellowship;
    await company.look();
    expect(company.state.fellowship).toBe(before);
    const [ivar] = service.relations;
    if (ivar) ivar.place = "battle";
    await company.look();
    const after = company.state.fellowship;
    expect(after?.relations[0]).toMatchObject({ name: "Ivar", place: "battle" });
    expect(after?.relations[1]).toBe(before?.relations[1]);
    expect(after?.profile).toBe(before?.profile);
  });

  it("joins pages of many friends and of a large guild", async () => {
    const names = Array.from({ length: 250 }, (_, index) => `Fan ${index}`);
    const { company } = await opened((service) => {
      names.forEach((name, index) => service.relate(String(index + 10), name, "friend"));
      const members = names.slice(0, 150).map((name, index) => ({
        ...card(String(index + 10), name),
        rank: "recruit" as const,
        since_ms: 0,
      }));
      const words = { guild: "5", name: "Ravens", tag: "RAV", message: "", founded_ms: 0 };
      service.guild = { ...words, members_count: 150, members };
    });
    expect(company.state.calls?.relations).toHaveLength(250);
    expect(company.state.fellowship?.guild?.members).toHaveLength(150);
  });

  it("shows another board, and an empty one to who is on none", async () => {
    const { company } = await opened();
    company.showBoard({ board: "kills", period: "all", isAround: false });
    expect(company.state.board.ranks).toBe(null);
    await settle();
    expect(company.state.board.ranks).toHaveLength(1);
    company.showBoard({ board: "level", period: "all", isAround: true });
    await settle();
    expect(company.state.board.ranks).toEqual([]);
  });

  it("is another's once another is signed in, and nobody's where nobody is", async () => {
    const { service, company } = await opened();
    service.owner = null;
    await company.look();
    expect(company.state).toMatchObject({ fellowship: null, trouble: "nobody" });
    service.state.isOffered = false;
    await company.look();
    expect(company.state.troubleText).toContain("keeps no accounts");
  });
});

describe("roster", () => {
  it("makes characters, and says why not", async () => {
    const service = new FakeService();
    const roster = new Roster(service);
    await roster.load();
    expect(roster.state.characters).toHaveLength(1);
    const look = { hair: 1, skin: 1, tabard: 1, emblem: 1 };
    expect(await roster.create("Njal", 1, look)).toBe(true);
    expect(roster.state.characters?.map(({ name }) => name)).toEqual(["Bera", "Njal"]);
    service.refusals = [new Problem("name-taken", 409)];
    expect(await roster.create("Ivar", 1, look)).toBe(false);
    expect(roster.state.word).toEqual({ kind: "refused", text: "Somebody else has this name." });
    roster.forget();
    expect(roster.state.characters).toBe(null);
  });
});
