import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { ServerMessage, Welcome } from "../wire/link";
import { loadCore } from "./core";
import { MeshQueue } from "./mesh_queue";
import type { FromMesher, ToMesher } from "./mesher";
import { TitleScene } from "./scene";
import { SCENE_MIDDLE, sceneView } from "./scene_camera";
import { World } from "./world";

const MODULE = fileURLToPath(new URL("../../public/core.wasm", import.meta.url));
/** Of work, until the armies are seen. */
const SLICES_MAX = 5_000;
const SEEN_MS = 3_000;

async function freshCore() {
  if (!existsSync(MODULE)) throw new Error("client/public/core.wasm is missing: run ./dev wasm");
  return loadCore(readFileSync(MODULE));
}

/** A body somewhere, as a snapshot of `tick`. */
function sighting(tick: number): ServerMessage {
  const [id, placed] = [Uint32Array.of(5), Float32Array.of(500, 46, 500, 0)];
  const samples = { tick, count: 1, id, placed, pose: Uint8Array.of(0), health: Uint8Array.of(255) };
  return { kind: "snapshot", samples, own: null };
}

async function runScene() {
  const core = await freshCore();
  const queue = new MeshQueue();
  const told: ServerMessage[] = [];
  const scene = new TitleScene(core, queue, (message) => told.push(message));
  let slices = 0;
  while (told.length < 2 && slices < SLICES_MAX) {
    scene.advance(0);
    slices += 1;
  }
  for (let nowMs = 0; nowMs < SEEN_MS; nowMs += 25) scene.advance(nowMs);
  return { core, queue, told };
}

describe("the battle behind the title", () => {
  it("tells what a server would: armies that fight around the banners", async () => {
    const { core, queue, told } = await runScene();
    const of = <Kind extends ServerMessage["kind"]>(kind: Kind) =>
      told.filter((message) => message.kind === kind) as (ServerMessage & { kind: Kind })[];
    const seen = of("appearances").flatMap((message) => message.seen);
    expect(new Set(seen.map(({ house }) => house))).toEqual(new Set([0, 1]));
    const snapshots = of("snapshot");
    expect(snapshots.length).toBe(SEEN_MS / 50);
    const { samples } = snapshots[snapshots.length - 1];
    expect(samples.count).toBe(seen.length);
    const near = Array.from({ length: samples.count }, (_, row) =>
      Math.hypot(
        samples.placed[row * 4] - SCENE_MIDDLE.x,
        samples.placed[row * 4 + 2] - SCENE_MIDDLE.z,
      ),
    ).filter((metres) => metres < 100);
    expect(near.length).toBeGreaterThan(seen.length / 2);
    expect(of("events").flatMap(({ events }) => events.map(({ kind }) => kind))).toContain("hurt");
    expect(of("battle")[0].battle.banners.length).toBe(3);
    queue.focus(sceneView(0).eye, 128);
    const chunk = queue.next(1_000);
    expect(chunk && core.mesh(chunk.x, chunk.y, chunk.z).opaque.length).toBeGreaterThan(0);
  });

  it("ends where a server lets the page in, and begins again where the player leaves", async () => {
    const asked: ToMesher["kind"][] = [];
    const mesher = {
      postMessage: (message: ToMesher) => void asked.push(message.kind),
      onmessage: null as ((event: MessageEvent<FromMesher>) => void) | null,
    };
    const world = new World(await freshCore(), mesher, () => undefined);
    const tell = (tick: number) => {
      const data = { kind: "scene", message: sighting(tick) } satisfies FromMesher;
      mesher.onmessage?.({ data } as MessageEvent<FromMesher>);
    };
    const enter = (phase: "joined" | "title") =>
      world.receive({ kind: "phase", phase, message: "", retryAtMs: 0 }, 0);
    expect(asked).toEqual(["scene"]);
    tell(1);
    expect(world.bodies.count).toBe(1);
    const welcome = { body: 1, name: "Ann", house: 0, tick: 900, resumed: false } as Welcome;
    world.receive({ kind: "welcome", welcome }, 0);
    enter("joined");
    tell(2);
    expect(world.bodies.count).toBe(0);
    enter("title");
    tell(3);
    expect(world.bodies.count).toBe(1);
    expect(asked).toEqual(["scene", "scene"]);
  });

  it("is seen from over the land, looking at the middle", () => {
    for (const nowMs of [0, 20_000, 70_000]) {
      const { eye, yaw, pitch } = sceneView(nowMs);
      const bearing = Math.atan2(SCENE_MIDDLE.x - eye.x, -(SCENE_MIDDLE.z - eye.z));
      const aside = Math.atan2(Math.sin(yaw - bearing), Math.cos(yaw - bearing));
      expect(Math.abs(aside)).toBeLessThan(0.5);
      expect(pitch).toBeLessThan(0);
    }
  });
});
