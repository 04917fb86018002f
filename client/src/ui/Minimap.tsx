import { createEffect, onMount } from "solid-js";
import type { HudModel } from "../world/state";
import type { PartProps } from "./App";
import { BANNER_LETTERS } from "./names";

const EDGE_PIXELS = 184;
/** Side of the shown square of the world. */
const WINDOW_BLOCKS = 384;
const PIXELS_PER_BLOCK = EDGE_PIXELS / WINDOW_BLOCKS;
/** Bodies in a square of the density map that paint it full. */
const CROWD_COUNT_FULL = 14;
const HOUSE_RGB = ["226, 84, 52", "66, 138, 226"] as const;
const OWNER_COLOUR: Record<number, string> = { 0: "#e25434", 1: "#428ae2", 255: "#efe6d0" };

/** North is up; the own body stays in the middle; crowds glow in their house's colour. */
export function Minimap(props: PartProps) {
  let canvas!: HTMLCanvasElement;
  onMount(() => {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.height = EDGE_PIXELS * ratio;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.scale(ratio, ratio);
    createEffect(() => drawMap(context, props.model()));
  });
  return (
    <div class="minimap">
      <canvas
        ref={canvas}
        style={{ width: `${EDGE_PIXELS}px`, height: `${EDGE_PIXELS}px` }}
        aria-label="Map"
      />
      <span class="minimap-north">N</span>
    </div>
  );
}

function drawMap(context: CanvasRenderingContext2D, model: HudModel): void {
  context.clearRect(0, 0, EDGE_PIXELS, EDGE_PIXELS);
  const toMap = mapper(model);
  drawGrid(context, toMap);
  drawDensity(context, model, toMap);
  drawBanners(context, model, toMap);
  drawOwn(context, model);
}

type ToMap = (x: number, z: number) => [number, number];

function mapper(model: HudModel): ToMap {
  const { x: midX, z: midZ } = model.own.position;
  return (x, z) => [
    EDGE_PIXELS / 2 + (x - midX) * PIXELS_PER_BLOCK,
    EDGE_PIXELS / 2 + (z - midZ) * PIXELS_PER_BLOCK,
  ];
}

const GRID_BLOCKS = 64;

function drawGrid(context: CanvasRenderingContext2D, toMap: ToMap): void {
  const [originX, originZ] = toMap(0, 0);
  const step = GRID_BLOCKS * PIXELS_PER_BLOCK;
  context.strokeStyle = "rgba(239, 230, 208, 0.09)";
  context.lineWidth = 1;
  context.beginPath();
  for (let at = ((originX % step) + step) % step; at < EDGE_PIXELS; at += step) {
    context.moveTo(at, 0);
    context.lineTo(at, EDGE_PIXELS);
  }
  for (let at = ((originZ % step) + step) % step; at < EDGE_PIXELS; at += step) {
    context.moveTo(0, at);
    context.lineTo(EDGE_PIXELS, at);
  }
  context.stroke();
}

function drawDensity(context: CanvasRenderingContext2D, model: HudModel, toMap: ToMap): void {
  const density = model.density;
  if (!density) return;
  const size = density.squareBlocks * PIXELS_PER_BLOCK;
  for (let row = 0; row < density.edgeCount; row++) {
    for (let column = 0; column < density.edgeCount; column++) {
      const index = row * density.edgeCount + column;
      const counts = [density.red[index] ?? 0, density.blue[index] ?? 0] as const;
      if (counts[0] + counts[1] === 0) continue;
      const [x, z] = toMap(column * density.squareBlocks, row * density.squareBlocks);
      if (x < -size || z < -size || x > EDGE_PIXELS || z > EDGE_PIXELS) continue;
      drawCrowd(context, counts, x, z, size);
    }
  }
}

function drawCrowd(
  context: CanvasRenderingContext2D,
  counts: readonly [number, number],
  x: number,
  z: number,
  size: number,
): void {
  const total = counts[0] + counts[1];
  const split = (counts[0] / total) * size;
  const alpha = 0.25 + 0.75 * Math.min(1, total / CROWD_COUNT_FULL);
  context.fillStyle = `rgba(${HOUSE_RGB[0]}, ${alpha})`;
  context.fillRect(x, z, split, size);
  context.fillStyle = `rgba(${HOUSE_RGB[1]}, ${alpha})`;
  context.fillRect(x + split, z, size - split, size);
}

function drawBanners(context: CanvasRenderingContext2D, model: HudModel, toMap: ToMap): void {
  context.font = "bold 10px system-ui";
  context.textAlign = "center";
  model.battle.banners.forEach((banner, index) => {
    const [rawX, rawZ] = toMap(banner.block.x, banner.block.z);
    const x = clampToEdge(rawX);
    const z = clampToEdge(rawZ);
    context.fillStyle = OWNER_COLOUR[banner.owner] ?? "#efe6d0";
    context.strokeStyle = "#17120c";
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(x, z, 7, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    context.fillStyle = "#17120c";
    context.fillText(BANNER_LETTERS[index] ?? "", x, z + 3.5);
  });
}

function clampToEdge(value: number): number {
  return Math.max(9, Math.min(EDGE_PIXELS - 9, value));
}

function drawOwn(context: CanvasRenderingContext2D, model: HudModel): void {
  context.save();
  context.translate(EDGE_PIXELS / 2, EDGE_PIXELS / 2);
  context.rotate(model.camera.yaw);
  context.fillStyle = "rgba(255, 246, 220, 0.14)";
  context.beginPath();
  context.moveTo(0, 0);
  context.arc(0, 0, 46, -Math.PI / 2 - 0.6, -Math.PI / 2 + 0.6);
  context.fill();
  context.fillStyle = "#fff6dc";
  context.strokeStyle = "#17120c";
  context.beginPath();
  context.moveTo(0, -7);
  context.lineTo(5, 6);
  context.lineTo(0, 3);
  context.lineTo(-5, 6);
  context.closePath();
  context.fill();
  context.stroke();
  context.restore();
}
