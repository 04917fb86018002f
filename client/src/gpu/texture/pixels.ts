//! A small square picture that wraps at its edges, painted with dabs of colour. No canvas, no DOM:
//! the same numbers come out everywhere.

export type Colour = readonly [red: number, green: number, blue: number];

/** 0xRRGGBB to three numbers of 0..255. */
export function colourOf(hex: number): Colour {
  return [(hex >> 16) & 255, (hex >> 8) & 255, hex & 255];
}

export function mixed(a: Colour, b: Colour, amount: number): Colour {
  return [
    a[0] + (b[0] - a[0]) * amount,
    a[1] + (b[1] - a[1]) * amount,
    a[2] + (b[2] - a[2]) * amount,
  ];
}

/** `colour` made lighter (above 1) or darker (below 1). */
export function shaded(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

/** Deterministic numbers for painting (splitmix32). */
export class PaintRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 0 up to, not including, 1. */
  unit(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mix = this.#state ^ (this.#state >>> 16);
    mix = Math.imul(mix, 0x21f0aaad);
    mix ^= mix >>> 15;
    mix = Math.imul(mix, 0x735a2d97);
    return ((mix ^ (mix >>> 15)) >>> 0) / 4_294_967_296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.unit() * items.length)] as Item;
  }
}

/** One brush stroke: an ellipse of colour. */
export interface Dab {
  readonly x: number;
  readonly y: number;
  /** Half its length and half its width in texels. */
  readonly length: number;
  readonly width: number;
  /** Direction of the length in radians. */
  readonly angle: number;
  readonly colour: Colour;
  /** 0..1. */
  readonly cover: number;
}

export class Pixels {
  readonly edge: number;
  /** Red, green, blue, alpha; 0..255, rows from the top. */
  readonly bytes: Uint8ClampedArray;

  constructor(edge: number, colour: Colour) {
    this.edge = edge;
    this.bytes = new Uint8ClampedArray(edge * edge * 4);
    for (let i = 0; i < this.bytes.length; i += 4) {
      this.bytes.set([colour[0], colour[1], colour[2], 255], i);
    }
  }

  #index(x: number, y: number): number {
    const edge = this.edge;
    const column = ((x % edge) + edge) % edge;
    const row = ((y % edge) + edge) % edge;
    return (row * edge + column) * 4;
  }

  /** Lays `colour` over a texel. */
  blend(x: number, y: number, colour: Colour, cover: number): void {
    const at = this.#index(x, y);
    for (let channel = 0; channel < 3; channel += 1) {
      const before = this.bytes[at + channel];
      this.bytes[at + channel] = before + (colour[channel] - before) * cover;
    }
  }

  /** Makes a texel lighter or darker. */
  shade(x: number, y: number, factor: number): void {
    const at = this.#index(x, y);
    for (let channel = 0; channel < 3; channel += 1) {
      this.bytes[at + channel] = this.bytes[at + channel] * factor;
    }
  }

  setAlpha(x: number, y: number, alpha: number): void {
    this.bytes[this.#index(x, y) + 3] = alpha;
  }

  fill(x: number, y: number, width: number, height: number, colour: Colour, cover = 1): void {
    for (let row = y; row < y + height; row += 1) {
      for (let column = x; column < x + width; column += 1) this.blend(column, row, colour, cover);
    }
  }

  /** One stroke of the brush, wrapping round the edges. */
  dab(dab: Dab): void {
    const reach = Math.ceil(Math.max(dab.length, dab.width));
    const cosine = Math.cos(dab.angle);
    const sine = Math.sin(dab.angle);
    const centreX = Math.floor(dab.x);
    const centreY = Math.floor(dab.y);
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1) {
        const along = (dx * cosine + dy * sine) / dab.length;
        const across = (dy * cosine - dx * sine) / dab.width;
        const inside = along * along + across * across;
        if (inside > 1) continue;
        this.blend(centreX + dx, centreY + dy, dab.colour, dab.cover * (1 - inside * 0.4));
      }
    }
  }

  /** Speckles every texel a little, like the tooth of the canvas. */
  grain(random: PaintRandom, amount: number): void {
    for (let y = 0; y < this.edge; y += 1) {
      for (let x = 0; x < this.edge; x += 1) this.shade(x, y, 1 + random.between(-amount, amount));
    }
  }
}

/** Wrapping value noise, 0..1, with `cells` lattice cells along the edge. */
export function tiledNoise(seed: number, cells: number): (x: number, y: number) => number {
  const random = new PaintRandom(seed);
  const lattice = Array.from({ length: cells * cells }, () => random.unit());
  const corner = (column: number, row: number): number =>
    lattice[(((row % cells) + cells) % cells) * cells + (((column % cells) + cells) % cells)] ?? 0;
  return (x, y) => {
    const column = Math.floor(x * cells);
    const row = Math.floor(y * cells);
    const u = smooth(x * cells - column);
    const v = smooth(y * cells - row);
    const top = corner(column, row) * (1 - u) + corner(column + 1, row) * u;
    const bottom = corner(column, row + 1) * (1 - u) + corner(column + 1, row + 1) * u;
    return top * (1 - v) + bottom * v;
  };
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}
