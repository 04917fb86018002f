import { createEffect, onMount } from "solid-js";
import type { HudModel } from "../world/state";
import type { PartProps } from "./App";
import { crowdLayer, landLayer } from "./minimap_layers";
import { BANNER_LETTERS } from "./names";

const EDGE_PIXELS = 184;
/** Side of the shown square of the world. */
const WINDOW_BLOCKS = 288;
const PIXELS_PER_BLOCK = EDGE_PIXELS / WINDOW_BLOCKS;
const OWNER_COLOUR: Record<number, string> = { 0: "#f0603e", 1: "#5aa2f4", 255: "#efe6d0" };

/** North is up; the own body stays in the middle; crowds glow in their house's colour. */
export function Minimap(props: PartProps) {
  let canvas!: HTMLCanvasElement;
  onMount(() => {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.height = EDGE_PIXELS * ratio;
    canvas.style.width = canvas.style.height = `${EDGE_PIXELS}px`;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.scale(ratio, ratio);
    context.font = "bold 10px system-ui";
    context.textAlign = "center";
    const draw = mapDrawer(context);
    createEffect(() => draw(props.model()));
  });
  return (
    <div class="minimap">
      <canvas ref={canvas} aria-label="Map" />
      <span class="minimap-north">N</span>
    </div>
  );
}

function mapDrawer(context: CanvasRenderingContext2D): (model: HudModel) => void {
  const land = landLayer();
  const crowds = crowdLayer();
  return (model) => {
    const toMap = mapper(model);
    context.clearRect(0, 0, EDGE_PIXELS, EDGE_PIXELS);
    for (const picture of [land.of(model.land), crowds.of(model.density)]) {
      if (!picture) continue;
      const [left, top] = toMap(picture.x, picture.z);
      const edge = picture.edgeBlocks * PIXELS_PER_BLOCK;
      context.drawImage(picture.canvas, left, top, edge, edge);
    }
    drawBanners(context, model, toMap);
    drawOwn(context, model);
  };
}

type ToMap = (x: number, z: number) => [number, number];

function mapper(model: HudModel): ToMap {
  const { x: midX, z: midZ } = model.own.position;
  return (x, z) => [
    EDGE_PIXELS / 2 + (x - midX) * PIXELS_PER_BLOCK,
    EDGE_PIXELS / 2 + (z - midZ) * PIXELS_PER_BLOCK,
  ];
}

function drawBanners(context: CanvasRenderingContext2D, model: HudModel, toMap: ToMap): void {
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
