import { describe, expect, it } from "vitest";
import { FakeClock, settle } from "../../src/company/fake_clock";
import { chartPath, peak, SAMPLES_MAX } from "./history";
import { LiveWorld, seriesName, type LiveState } from "./live_world";

async function told(lines: readonly unknown[]): Promise<{ world: LiveWorld; states: LiveState[] }> {
  const clock = new FakeClock();
  const states: LiveState[] = [];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const around = { now: () => 7, later: clock.later };
  const body = new ReadableStream<Uint8Array>({
    start: (writer) => writer.enqueue(new TextEncoder().encode(text)),
    pull: (writer) => writer.error(new TypeError("cut off")),
  });
  const world = new LiveWorld(async () => new Response(body), around, (state) => states.push(state));
  world.start();
  while (states.at(-1)?.stream.phase !== "lost") await settle();
  world.end();
  return { world, states };
}

const shard = (tick: number) => ({ pods: [{ pod: 1, shards: [{ shard: "1/0", tick_us_p99: tick }] }] });

describe("live world", () => {
  it("keeps the newest picture when the stream is lost", async () => {
    const { states } = await told([shard(5), shard(9)]);
    expect(states.at(-1)).toMatchObject({
      stream: { phase: "lost" },
      heardMs: 7,
      overview: { pods: [{ shards: [{ tickUsP99: 9 }] }] },
    });
  });

  it("remembers figures while what they are of is there", async () => {
    const { world } = await told([shard(5), shard(9)]);
    expect(world.history.of(seriesName.shardTick("1/0"))).toEqual([5, 9]);
    const { world: other } = await told([shard(5), {}]);
    expect(other.history.of(seriesName.shardTick("1/0"))).toEqual([]);
  });

  it("takes nothing from lines that are no objects", async () => {
    const { states } = await told([7, null, "x", []]);
    expect(states.at(-1)?.overview).toBeNull();
  });

  it("forgets what is older than the chart", async () => {
    const lines = Array.from({ length: SAMPLES_MAX + 5 }, (_, index) => shard(index));
    const { world } = await told(lines);
    const values = world.history.of(seriesName.shardTick("1/0"));
    expect(values).toHaveLength(SAMPLES_MAX);
    expect(values.at(-1)).toBe(SAMPLES_MAX + 4);
  });
});

describe("chart", () => {
  it("ends at the right with the newest, and leaves gaps where nothing is known", () => {
    expect(chartPath([0, 10, NaN, 5, 20], 10, SAMPLES_MAX - 1, 10)).toBe("M175.0 10.0L176.0 0.0M178.0 5.0L179.0 0.0");
    expect(chartPath([], 10, 100, 10)).toBe("");
    expect(chartPath([3], 0, SAMPLES_MAX - 1, 10)).toBe("M179.0 10.0");
    expect(peak([1, NaN, 4, 2])).toBe(4);
    expect(peak([NaN])).toBe(0);
  });
});
