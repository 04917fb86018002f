import { describe, expect, it } from "vitest";
import type { Lot } from "./api";
import { Belongings } from "./belongings";
import { FakeClock, FakeService, settle } from "./fake_service";

const LOGS: Lot = { item: "log", unique: null, count: 5 };

async function opened(prepare: (service: FakeService) => void = () => undefined) {
  const service = new FakeService();
  prepare(service);
  const clock = new FakeClock();
  const belongings = new Belongings(service, clock);
  belongings.open();
  await settle();
  return { service, clock, belongings };
}

describe("a trade", () => {
  it("begins with a name, and says who it is with", async () => {
    const { belongings } = await opened();
    expect(await belongings.openTrade(" Ivar ")).toBe(true);
    expect(belongings.state.trade).toMatchObject({ end: null, isIncoming: false, endsAtMs: 120_000 });
    expect(belongings.state.trade?.other.name).toBe("Ivar");
  });

  it("does not begin with nobody, who is told by name", async () => {
    const { belongings } = await opened();
    expect(await belongings.openTrade("Njal")).toBe(false);
    expect(belongings.state.word).toMatchObject({ kind: "refused" });
    expect(belongings.state.word?.text).toContain("Nobody called Njal");
  });

  it("begins once though the first answer was lost, and without a word of refusal", async () => {
    const { service, clock, belongings } = await opened();
    service.faults = ["lost"];
    const isOpen = belongings.openTrade("Ivar");
    await clock.pass(1_000);
    expect(await isOpen).toBe(true);
    expect(belongings.state.word).toBeNull();
    expect(belongings.state.trade).toMatchObject({ end: null, isIncoming: false, other: { name: "Ivar" } });
  });

  it("with whom one trades already is that trade", async () => {
    const { service, belongings } = await opened();
    service.openTrade();
    expect(await belongings.openTrade("Ivar")).toBe(true);
    expect(belongings.state).toMatchObject({ word: null, trade: { isIncoming: true } });
  });

  it("is refused while another goes on, and with oneself", async () => {
    const { service, belongings } = await opened();
    service.openTrade("3");
    for (const name of ["Ivar", "Bera"]) {
      await belongings.openTrade(name);
      expect(belongings.state.word?.text).toBe("One of you is in another trade. Try again when it is over.");
    }
  });

  it("comes in from another, and is looked for while it goes on, with no window open", async () => {
    const { service, clock, belongings } = await opened((it) => it.openTrade());
    expect(belongings.state.trade).toMatchObject({ isIncoming: true, other: { name: "Ivar" } });
    belongings.close();
    const looks = service.count("/trades");
    await clock.pass(6_000);
    expect(service.count("/trades")).toBe(looks + 4);
    if (service.trade) service.trade.state = "timed_out";
    await clock.pass(2_000);
    expect(belongings.state.trade?.end).toBe("timed_out");
    expect(clock.waitingCount).toBe(0);
  });

  it("shows an offer at once, withdraws what was agreed, and sends only the newest", async () => {
    const { service, belongings } = await opened((it) => {
      it.openTrade();
      if (it.trade?.sides[0]) it.trade.sides[0].confirmed = true;
    });
    for (const count of [1, 2, 3]) belongings.offer([{ ...LOGS, count }]);
    expect(belongings.state.trade).toMatchObject({
      own: { offer: [{ count: 3 }] },
      other: { isConfirmed: false },
    });
    await settle();
    expect(service.count("/offer")).toBe(1);
    expect(service.trade?.sides[1]?.offer).toEqual([{ ...LOGS, count: 3 }]);
  });

  it("is agreed to as it was seen, never as it has become", async () => {
    const { service, belongings } = await opened((it) => it.openTrade());
    belongings.offer([LOGS]);
    await settle();
    if (service.trade) service.trade.offers_revision += 1;
    belongings.confirmTrade();
    await settle();
    expect(service.trade?.sides[1]?.confirmed).toBe(false);
    expect(belongings.state.word?.text).toBe("The offers have just changed. Look again, then agree.");
    belongings.confirmTrade();
    await settle();
    expect(belongings.state.trade?.own.isConfirmed).toBe(true);
  });

  it("is done once both agreed, and what was got is looked for", async () => {
    const { service, belongings } = await opened((it) => it.openTrade());
    belongings.offer([LOGS]);
    await settle();
    if (service.trade?.sides[0]) service.trade.sides[0].confirmed = true;
    const looks = service.count("/belongings");
    belongings.confirmTrade();
    await settle();
    expect(belongings.state.trade?.end).toBe("done");
    expect(service.count("/belongings")).toBe(looks + 1);
    belongings.dismissTrade();
    await belongings.look();
    expect(belongings.state.trade).toBeNull();
  });

  it("is cancelled though the first answer was lost", async () => {
    const { service, clock, belongings } = await opened((it) => it.openTrade());
    service.faults = ["lost"];
    belongings.cancelTrade();
    await clock.pass(1_000);
    expect(belongings.state.trade?.end).toBe("cancelled");
  });

  it("that was over before the page came is not told", async () => {
    const { belongings } = await opened((it) => {
      it.openTrade();
      if (it.trade) it.trade.state = "done";
    });
    expect(belongings.state.trade).toBeNull();
  });
});
