//! A small battlefield made up for the gallery: meadows, a river, a keep, a hamlet, woods.
//! It stands in for the server's land when the drawing is worked on alone.

const STONE = 1;
const SOIL = 2;
const GRASS = 3;
const SAND = 4;
const TIMBER = 5;
const PLANK = 6;
const BRICK = 7;
const GLASS = 8;
const CLOTH_RED = 9;
const CLOTH_BLUE = 10;
const WATER = 12;
const LEAVES = 13;
const COBBLE = 14;
const GRAVEL = 15;
const THATCH = 17;
const LAMP = 18;

export const LAND_EDGE = 256;
export const LAND_HEIGHT = 96;
const WATER_LEVEL = 20;

function hash(x: number, z: number): number {
  let mix = Math.imul(x, 374_761_393) + Math.imul(z, 668_265_263);
  mix = Math.imul(mix ^ (mix >>> 13), 1_274_126_177);
  return ((mix ^ (mix >>> 16)) >>> 0) / 4_294_967_296;
}

function noise(x: number, z: number): number {
  const i = Math.floor(x);
  const j = Math.floor(z);
  const u = (x - i) * (x - i) * (3 - 2 * (x - i));
  const v = (z - j) * (z - j) * (3 - 2 * (z - j));
  const top = hash(i, j) * (1 - u) + hash(i + 1, j) * u;
  const bottom = hash(i, j + 1) * (1 - u) + hash(i + 1, j + 1) * u;
  return top * (1 - v) + bottom * v;
}

export class Land {
  readonly blocks = new Uint8Array(LAND_EDGE * LAND_EDGE * LAND_HEIGHT);
  readonly heights = new Uint8Array(LAND_EDGE * LAND_EDGE);

  constructor() {
    this.#ground();
    this.#woods();
    this.#keep(96, 70);
    for (const [x, z] of [
      [150, 150],
      [166, 140],
      [158, 168],
    ]) {
      this.#house(x, z);
    }
    this.#road();
  }

  get(x: number, y: number, z: number): number {
    if (x < 0 || z < 0 || x >= LAND_EDGE || z >= LAND_EDGE || y >= LAND_HEIGHT) return 0;
    return y < 0 ? STONE : this.blocks[(y * LAND_EDGE + z) * LAND_EDGE + x];
  }

  set(x: number, y: number, z: number, block: number): void {
    if (x < 0 || z < 0 || x >= LAND_EDGE || z >= LAND_EDGE || y < 0 || y >= LAND_HEIGHT) return;
    this.blocks[(y * LAND_EDGE + z) * LAND_EDGE + x] = block;
  }

  heightAt(x: number, z: number): number {
    const column = Math.max(0, Math.min(LAND_EDGE - 1, Math.floor(x)));
    const row = Math.max(0, Math.min(LAND_EDGE - 1, Math.floor(z)));
    return this.heights[row * LAND_EDGE + column];
  }

  #ground(): void {
    for (let z = 0; z < LAND_EDGE; z += 1) {
      for (let x = 0; x < LAND_EDGE; x += 1) {
        const hills = noise(x / 60, z / 60) * 16 + noise(x / 23, z / 23) * 6;
        const river = Math.abs(x - 128 + Math.sin(z / 26) * 14 - 62);
        const bank = Math.min(1, Math.max(0, (river - 6) / 22));
        const height = Math.floor(16 + (4 + hills) * bank + noise(x / 9, z / 9) * 1.4);
        this.heights[z * LAND_EDGE + x] = height;
        for (let y = 0; y <= height; y += 1) {
          const top = height <= WATER_LEVEL + 1 ? (hash(x, z) > 0.7 ? GRAVEL : SAND) : GRASS;
          this.set(x, y, z, y === height ? top : y > height - 4 ? SOIL : STONE);
        }
        for (let y = height + 1; y <= WATER_LEVEL; y += 1) this.set(x, y, z, WATER);
      }
    }
  }

  #woods(): void {
    for (let z = 6; z < LAND_EDGE - 6; z += 5) {
      for (let x = 6; x < LAND_EDGE - 6; x += 5) {
        const at = [x + Math.floor(hash(x, z) * 4), z + Math.floor(hash(z, x) * 4)];
        const y = this.heightAt(at[0], at[1]);
        const dense = noise(x / 40 + 9, z / 40) > 0.62;
        if (!dense || y < WATER_LEVEL + 3 || Math.hypot(x - 105, z - 85) < 60) continue;
        this.#tree(at[0], y + 1, at[1], 4 + Math.floor(hash(x + 1, z) * 4));
      }
    }
  }

  #tree(x: number, y: number, z: number, height: number): void {
    for (let dy = -2; dy <= 2; dy += 1) {
      for (let dz = -3; dz <= 3; dz += 1) {
        for (let dx = -3; dx <= 3; dx += 1) {
          const radius = dx * dx + dz * dz + dy * dy * 1.8 + hash(x + dx * 3 + dy, z + dz * 5) * 3;
          if (radius < 9.5) this.set(x + dx, y + height + dy, z + dz, LEAVES);
        }
      }
    }
    for (let up = 0; up < height; up += 1) this.set(x, y + up, z, TIMBER);
  }

  #box(low: number[], high: number[], block: number): void {
    for (let y = low[1]; y <= high[1]; y += 1) {
      for (let z = low[2]; z <= high[2]; z += 1) {
        for (let x = low[0]; x <= high[0]; x += 1) this.set(x, y, z, block);
      }
    }
  }

  #keep(x: number, z: number): void {
    const ground = this.heightAt(x + 16, z + 16) + 1;
    this.#box([x - 2, ground - 6, z - 2], [x + 34, ground - 1, z + 34], STONE);
    this.#box([x - 2, ground, z - 2], [x + 34, ground + 30, z + 34], 0);
    this.#box([x + 1, ground - 1, z + 1], [x + 31, ground - 1, z + 31], COBBLE);
    for (const [x0, z0, x1, z1] of [
      [x, z, x + 32, z + 1],
      [x, z + 31, x + 32, z + 32],
      [x, z, x + 1, z + 32],
      [x + 31, z, x + 32, z + 32],
    ]) {
      this.#box([x0, ground, z0], [x1, ground + 8, z1], COBBLE);
      for (let at = 0; at <= 32; at += 2) {
        const column = x0 === x1 - 1 ? x0 : x0 + at;
        const row = z0 === z1 - 1 ? z0 : z0 + at;
        this.#box([column, ground + 9, row], [column, ground + 9, row], COBBLE);
      }
    }
    for (const [tx, tz] of [
      [x, z],
      [x + 28, z],
      [x, z + 28],
      [x + 28, z + 28],
    ]) {
      this.#tower(tx, ground, tz);
    }
    this.#box([x + 14, ground, z + 31], [x + 18, ground + 4, z + 32], 0);
    this.#box([x + 12, ground, z + 8], [x + 20, ground + 14, z + 16], BRICK);
    this.#box([x + 13, ground, z + 9], [x + 19, ground + 13, z + 15], 0);
    this.#box([x + 11, ground + 15, z + 7], [x + 21, ground + 15, z + 17], TIMBER);
    for (const floor of [3, 8]) {
      for (const column of [x + 14, x + 18]) {
        this.#box([column, ground + floor, z + 16], [column, ground + floor + 1, z + 16], GLASS);
      }
    }
    this.#box([x + 13, ground + 5, z + 33], [x + 13, ground + 8, z + 33], CLOTH_RED);
    this.#box([x + 19, ground + 5, z + 33], [x + 19, ground + 8, z + 33], CLOTH_RED);
    for (const column of [x + 13, x + 19]) this.set(column, ground + 4, z + 33, LAMP);
  }

  #tower(x: number, y: number, z: number): void {
    this.#box([x - 1, y - 3, z - 1], [x + 5, y + 13, z + 5], COBBLE);
    this.#box([x, y, z], [x + 4, y + 12, z + 4], 0);
    for (let at = -1; at <= 5; at += 2) {
      for (const edge of [-1, 5]) {
        this.set(x + at, y + 14, z + edge, COBBLE);
        this.set(x + edge, y + 14, z + at, COBBLE);
      }
    }
    this.#box([x + 2, y + 14, z + 2], [x + 2, y + 19, z + 2], TIMBER);
    this.#box([x + 3, y + 17, z + 2], [x + 5, y + 19, z + 2], CLOTH_RED);
    this.#box([x + 2, y + 7, z + 5], [x + 2, y + 8, z + 5], 0);
  }

  #house(x: number, z: number): void {
    const y = this.heightAt(x + 3, z + 4) + 1;
    this.#box([x, y - 4, z], [x + 7, y - 1, z + 9], COBBLE);
    this.#box([x, y, z], [x + 7, y + 7, z + 9], 0);
    this.#box([x, y, z], [x + 7, y + 3, z + 9], PLANK);
    this.#box([x + 1, y, z + 1], [x + 6, y + 3, z + 8], 0);
    for (const [cx, cz] of [
      [x, z],
      [x + 7, z],
      [x, z + 9],
      [x + 7, z + 9],
    ]) {
      this.#box([cx, y, cz], [cx, y + 3, cz], TIMBER);
    }
    this.#box([x + 3, y, z + 9], [x + 4, y + 2, z + 9], 0);
    this.#box([x, y + 1, z + 4], [x, y + 2, z + 5], GLASS);
    this.#box([x + 7, y + 1, z + 4], [x + 7, y + 2, z + 5], GLASS);
    for (let up = 0; up < 5; up += 1) {
      this.#box([x - 1 + up, y + 4 + up, z - 1], [x + 8 - up, y + 4 + up, z + 10], THATCH);
    }
    this.set(x + 5, y + 2, z + 10, LAMP);
    this.set(x + 2, y, z + 11, CLOTH_BLUE);
  }

  #road(): void {
    for (let z = 104; z < LAND_EDGE; z += 1) {
      const middle = 112 + Math.sin(z / 18) * 6;
      for (let x = Math.floor(middle - 2); x < middle + 2; x += 1) {
        const y = this.heightAt(x, z);
        if (this.get(x, y, z) === GRASS && hash(x, z) > 0.15) this.set(x, y, z, GRAVEL);
      }
    }
  }
}
