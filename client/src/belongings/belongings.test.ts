import { describe, expect, it } from "vitest";
import { Problem } from "../account";
import type { Lot } from "./api";
import { Belongings } from "./belongings";
import { FakeClock, FakeService, settle } from "./fake_service";
import { countOf } from "./holdings";

const BOOTS: Lot = { item: "boots", unique: "7", count: 1 };
const LOGS: Lot = { item: "log", unique: null, count: 5 };

async function opened() {
  const service = new FakeService();
  const clock = new FakeClock();
  const belongings = new Belongings(service, clock);
  belongings.open();
  await settle();
  const inBag = (item: string) => countOf(belongings.state.has?.bag ?? [], item);
  return { service, clock, belongings, inBag };
}

describe("belongings", () => {
  it("are told when a window opens, and looked for only while one is", async () => {
    const { service, clock, belongings } = await opened();
    expect(belongings.state.has?.bag).toHaveLength(2);
    expect(belongings.state.catalogue.title("log")).toBe("Log");
    await clock.pass(20_000);
    expect(service.count("/belongings")).toBe(5);
    belongings.close();
    await clock.pass(60_000);
    expect(service.count("/belongings")).toBe(5);
    expect(clock.waitingCount).toBe(0);
  });

  it("are crafted, and say what was made", async () => {
    const { belongings, inBag } = await opened();
    const plank = belongings.state.catalogue.recipe("plank");
    if (!plank) throw new Error("it is defined");
    expect(belongings.timesOf(plank)).toBe(12);
    belongings.craft(plank, 3);
    expect(belongings.state.isBusy).toBe(true);
    await settle();
    expect([inBag("log"), inBag("plank")]).toEqual([9, 12]);
    expect(belongings.state.word).toMatchObject({ kind: "done", text: "Made 12 × Plank." });
    expect(belongings.state.isBusy).toBe(false);
  });

  it("show at once what is put on or carried, before the answer", async () => {
    const { belongings, inBag } = await opened();
    belongings.putOn(BOOTS);
    expect(belongings.state.has?.equipment).toEqual([{ slot: "feet", item: "boots", unique: "7" }]);
    expect(inBag("boots")).toBe(0);
    belongings.takeOff("feet");
    expect(inBag("boots")).toBe(1);
    belongings.carry(LOGS, "in");
    expect(belongings.state.has?.chest).toEqual([LOGS]);
    expect(inBag("log")).toBe(7);
  });

  it("are eaten, the strongest of which nothing is wasted, without a window too", async () => {
    const { service, clock, belongings } = await opened();
    const food = (item: string, count: number) => ({ item, unique: null, count });
    service.has.bag = [food("bread", 2), food("draught", 1), food("log", 3)];
    belongings.close();
    const eaten = () => service.calls.filter(({ path }) => path.endsWith("/meals")).map(({ form }) => form["item"]);
    await belongings.eat(70);
    await settle();
    expect(eaten()).toEqual(["draught"]);
    expect(belongings.state.word).toMatchObject({ kind: "done", text: "Draught: 60 points of health." });
    await clock.pass(5_000);
    expect(belongings.state.word).toBe(null);
    await belongings.eat(3);
    await settle();
    expect(eaten()).toEqual(["draught", "bread"]);
    await belongings.eat(0);
    expect(belongings.state.word?.text).toBe("You are not hurt.");
    await belongings.eat(null);
    expect(belongings.state.word?.text).toBe("The fallen need no food.");
    service.has.bag = [food("log", 3)];
    await belongings.eat(50);
    expect(belongings.state.word?.text).toContain("nothing to eat");
    expect(eaten()).toHaveLength(2);
  });

  it("say why nothing can be eaten now", async () => {
    const { service, belongings } = await opened();
    service.has.bag = [{ item: "bread", unique: null, count: 2 }];
    service.faults = [new Problem("too-soon", 409, { title: "The last meal was just now" })];
    await belongings.eat(50, "bread");
    await settle();
    expect(belongings.state.word).toMatchObject({ kind: "refused" });
    expect(belongings.state.word?.text).toContain("Wait a few seconds");
    expect(countOf(belongings.state.has?.bag ?? [], "bread")).toBe(2);
    service.isAway = true;
    await belongings.eat(50);
    expect(belongings.state.word).toMatchObject({ kind: "away" });
  });

  it("leave the word that stands when they are first looked for", async () => {
    const belongings = new Belongings(new FakeService(), new FakeClock());
    await belongings.eat(0);
    await belongings.look();
    expect(belongings.state.word?.text).toBe("You are not hurt.");
  });

  it("are eaten one at a time, and who waits for the service is told over the battle", async () => {
    const { service, clock, belongings, inBag } = await opened();
    service.has.bag = [{ item: "bread", unique: null, count: 5 }];
    await belongings.look();
    belongings.close();
    service.faults = ["away", "away"];
    for (let presses = 0; presses < 4; presses++) await belongings.eat(50, "bread");
    await settle();
    expect(belongings.state.word).toMatchObject({ kind: "away" });
    await clock.pass(10_000);
    expect(inBag("bread")).toBe(4);
    expect(new Set(service.keys()).size).toBe(1);
  });

  it("are thrown away", async () => {
    const { belongings, inBag } = await opened();
    belongings.discard(LOGS);
    expect(inBag("log")).toBe(7);
    await settle();
    expect(inBag("log")).toBe(7);
    expect(belongings.state.word?.text).toBe("5 × Log: thrown away.");
  });

  it("go back to what they are when a wish is refused, and say why", async () => {
    const { service, belongings, inBag } = await opened();
    service.faults = [new Problem("no-room", 409, { title: "There is no room" })];
    belongings.carry(LOGS, "in");
    expect(inBag("log")).toBe(7);
    await settle();
    expect(inBag("log")).toBe(12);
    expect(belongings.state.word).toMatchObject({ kind: "refused", text: "The chest is full." });
  });

  it("ask again under the same key until there is an answer, and are changed once", async () => {
    const { service, clock, belongings, inBag } = await opened();
    service.faults = ["lost", "away"];
    belongings.carry(LOGS, "in");
    await settle();
    expect(belongings.state.trouble).toBe("away");
    expect(belongings.state.troubleText).toContain("The battle goes on");
    await clock.pass(3_000);
    const [first, ...others] = service.keys();
    expect(others).toEqual([first, first]);
    expect(belongings.state).toMatchObject({ trouble: "", isBusy: false });
    expect([inBag("log"), belongings.state.has?.chest[0]?.count]).toEqual([7, 5]);
    belongings.carry({ ...LOGS, count: 1 }, "out");
    await settle();
    expect(service.keys().at(-1)).not.toBe(first);
  });

  it("give a wish up that nobody answers, and show what is known", async () => {
    const { service, clock, belongings, inBag } = await opened();
    service.isAway = true;
    belongings.carry(LOGS, "in");
    await clock.pass(120_000);
    expect(belongings.state.word?.kind).toBe("away");
    expect(belongings.state.isBusy).toBe(false);
    expect(inBag("log")).toBe(12);
    service.isAway = false;
    await clock.pass(5_000);
    expect(belongings.state.trouble).toBe("");
  });

  it("take no more wishes than a hand makes", async () => {
    const { service, belongings } = await opened();
    service.faults = Array.from({ length: 40 }, () => "away" as const);
    for (let count = 0; count < 20; count++) belongings.carry({ ...LOGS, count: 1 }, "in");
    expect(belongings.state.word?.text).toContain("One thing after the other");
    expect(belongings.state.has?.chest).toEqual([{ ...LOGS, count: 12 }]);
  });

  it("are another's once another is signed in, and nobody's where nobody is", async () => {
    const { service, belongings } = await opened();
    service.owner = "3";
    await belongings.look();
    expect(service.count("/characters/3/belongings")).toBe(1);
    service.owner = null;
    await belongings.look();
    expect(belongings.state).toMatchObject({ has: null, trouble: "nobody" });
    expect(belongings.state.troubleText).toContain("Leave and fight again");
    service.state.isOffered = false;
    await belongings.look();
    expect(belongings.state.troubleText).toContain("keeps no accounts");
  });
});
