//! Pictures that the minimap lays over each other: the land, and the crowds of both houses. Each is
//! painted when its data changed and only drawn, moved, in between.

import type { DensityMap, LandMap } from "../world/state";

/** Bodies in a square of the density map that paint it full. */
const CROWD_COUNT_FULL = 12;
const OPACITY_MIN = 0.3;
const OPACITY_MAX = 0.78;
const HOUSE_RGB = [
  [232, 74, 44],
  [64, 140, 240],
] as const;

/** A square picture of the world. */
interface Picture {
  canvas: HTMLCanvasElement;
  /** North-west corner and edge, blocks. */
  x: number;
  z: number;
  edgeBlocks: number;
}

/** Repaints a picture when `data` is another one than before. */
class Layer<Data extends object> {
  private painted: Data | null = null;
  private readonly canvas = document.createElement("canvas");
  private place = { x: 0, z: 0, edgeBlocks: 0 };

  constructor(
    private readonly paint: (data: Data) => { image: ImageData } & Omit<Picture, "canvas">,
  ) {}

  of(data: Data | null): Picture | null {
    if (!data) return null;
    if (data !== this.painted) {
      this.painted = data;
      const { image, ...place } = this.paint(data);
      this.place = place;
      this.canvas.width = image.width;
      this.canvas.height = image.height;
      this.canvas.getContext("2d")?.putImageData(image, 0, 0);
    }
    return { canvas: this.canvas, ...this.place };
  }
}

export function landLayer(): Layer<LandMap> {
  return new Layer(({ x, z, stepBlocks, edgeCount, pixels }) => ({
    image: new ImageData(pixels, edgeCount, edgeCount),
    x,
    z,
    edgeBlocks: stepBlocks * edgeCount,
  }));
}

/** Squares blend into each other where they are drawn larger: crowds glow. */
export function crowdLayer(): Layer<DensityMap> {
  return new Layer(({ squareBlocks, edgeCount, red, blue }) => {
    const image = new ImageData(edgeCount, edgeCount);
    for (let square = 0; square < edgeCount * edgeCount; square++) {
      const colour = crowdColour(red[square] ?? 0, blue[square] ?? 0);
      image.data.set(colour, square * 4);
    }
    return { image, x: 0, z: 0, edgeBlocks: squareBlocks * edgeCount };
  });
}

function crowdColour(red: number, blue: number): [number, number, number, number] {
  const count = red + blue;
  if (count === 0) return [0, 0, 0, 0];
  const share = blue / count;
  const channel = (at: 0 | 1 | 2) =>
    HOUSE_RGB[0][at] + (HOUSE_RGB[1][at] - HOUSE_RGB[0][at]) * share;
  const full = Math.min(1, count / CROWD_COUNT_FULL);
  const opacity = OPACITY_MIN + (OPACITY_MAX - OPACITY_MIN) * full;
  return [channel(0), channel(1), channel(2), opacity * 255];
}
