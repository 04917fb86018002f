//! Paints one texture of each material. All pictures are made here from colours, noise and strokes;
//! nothing is loaded.

import { Pixels, PaintRandom, colourOf, mixed, shaded, tiledNoise, type Colour } from "./pixels";

/** Texels along the edge of a block's face. */
export const TEXTURE_EDGE = 32;

const EDGE = TEXTURE_EDGE;

type Painter = (random: PaintRandom, seed: number) => Pixels;

/** Many strokes in shades of a palette: the ground coat of most materials. */
function strokes(
  pixels: Pixels,
  random: PaintRandom,
  palette: readonly Colour[],
  style: { count: number; length: number; width: number; angle: number; turn: number },
): void {
  for (let index = 0; index < style.count; index += 1) {
    pixels.dab({
      x: random.between(0, EDGE),
      y: random.between(0, EDGE),
      length: style.length * random.between(0.6, 1.3),
      width: style.width * random.between(0.6, 1.3),
      angle: style.angle + random.between(-style.turn, style.turn),
      colour: random.pick(palette),
      cover: random.between(0.35, 0.85),
    });
  }
}

/** Broad light and dark patches over the whole picture. */
function clouded(pixels: Pixels, seed: number, amount: number): void {
  const broad = tiledNoise(seed, 3);
  const fine = tiledNoise(seed + 1, 8);
  for (let y = 0; y < EDGE; y += 1) {
    for (let x = 0; x < EDGE; x += 1) {
      const value = broad(x / EDGE, y / EDGE) * 0.65 + fine(x / EDGE, y / EDGE) * 0.35;
      pixels.shade(x, y, 1 + (value - 0.5) * amount);
    }
  }
}

const stone: Painter = (random, seed) => {
  const base = colourOf(0x8d8a86);
  const pixels = new Pixels(EDGE, base);
  const palette = [0x9a9791, 0x85837f, 0x77767a, 0xa09a8e, 0x8a8c92].map(colourOf);
  strokes(pixels, random, palette, { count: 90, length: 4.5, width: 2, angle: 0.35, turn: 0.5 });
  clouded(pixels, seed, 0.35);
  for (let crack = 0; crack < 4; crack += 1) {
    let x = random.between(0, EDGE);
    let y = random.between(0, EDGE);
    let angle = random.between(-0.5, 0.9);
    for (let step = 0; step < 11; step += 1) {
      pixels.blend(Math.floor(x), Math.floor(y), colourOf(0x55545a), 0.65);
      pixels.blend(Math.floor(x), Math.floor(y) + 1, colourOf(0xb5b0a5), 0.4);
      x += Math.cos(angle);
      y += Math.sin(angle);
      angle += random.between(-0.5, 0.5);
    }
  }
  pixels.grain(random, 0.04);
  return pixels;
};

const soil: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0x6f4f35));
  const palette = [0x7d5b3d, 0x63462e, 0x8a6745, 0x573c28, 0x755238].map(colourOf);
  strokes(pixels, random, palette, { count: 130, length: 2.8, width: 1.7, angle: 0, turn: 1.6 });
  clouded(pixels, seed, 0.3);
  for (let pebble = 0; pebble < 9; pebble += 1) {
    const x = random.between(0, EDGE);
    const y = random.between(0, EDGE);
    pixels.dab({
      x,
      y: y + 1,
      length: 1.8,
      width: 1.3,
      angle: 0,
      colour: [60, 42, 30],
      cover: 0.6,
    });
    pixels.dab({ x, y, length: 1.5, width: 1.1, angle: 0, colour: [150, 132, 110], cover: 0.8 });
  }
  pixels.grain(random, 0.05);
  return pixels;
};

const GRASS_PALETTE = [0x6a7440, 0x5c683a, 0x787e48, 0x4e5c33, 0x83834c, 0x616c3e].map(colourOf);

const grassTop: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0x606c3c));
  strokes(pixels, random, GRASS_PALETTE, {
    count: 190,
    length: 2.6,
    width: 0.9,
    angle: -1.2,
    turn: 0.9,
  });
  clouded(pixels, seed, 0.34);
  for (let blade = 0; blade < 26; blade += 1) {
    const x = Math.floor(random.between(0, EDGE));
    const y = Math.floor(random.between(0, EDGE));
    pixels.blend(x, y, colourOf(0xa59c62), 0.5);
    pixels.blend(x, y + 1, colourOf(0x7c824a), 0.6);
    pixels.blend(x, y + 2, colourOf(0x4a5e2e), 0.5);
  }
  pixels.grain(random, 0.04);
  return pixels;
};

const grassSide: Painter = (random, seed) => {
  const pixels = soil(random, seed);
  const ragged = tiledNoise(seed + 9, 11);
  for (let x = 0; x < EDGE; x += 1) {
    const depth = 5 + Math.floor(ragged(x / EDGE, 0.5) * 8);
    for (let y = 0; y < depth; y += 1) {
      const colour = random.pick(GRASS_PALETTE);
      pixels.blend(x, y, shaded(colour, 1.05 - (y / depth) * 0.35), 0.94);
    }
    pixels.shade(x, depth, 0.62);
    pixels.shade(x, depth + 1, 0.8);
  }
  return pixels;
};

const sand: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0xd8bf88));
  const palette = [0xe0c994, 0xcfb47c, 0xd9c08a, 0xe6d2a2, 0xc7aa72].map(colourOf);
  strokes(pixels, random, palette, { count: 80, length: 6, width: 1, angle: 0.1, turn: 0.25 });
  clouded(pixels, seed, 0.16);
  pixels.grain(random, 0.045);
  return pixels;
};

const timberSide: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0x6a4c31));
  const palette = [0x755538, 0x5b4029, 0x7f6043, 0x4f3622, 0x6a4b31].map(colourOf);
  strokes(pixels, random, palette, {
    count: 120,
    length: 7,
    width: 0.9,
    angle: Math.PI / 2,
    turn: 0.12,
  });
  clouded(pixels, seed, 0.2);
  for (let groove = 0; groove < 6; groove += 1) {
    const x = Math.floor((groove + random.between(0.1, 0.8)) * (EDGE / 6));
    const from = Math.floor(random.between(0, EDGE));
    for (let y = 0; y < 22; y += 1) {
      pixels.blend(x, from + y, colourOf(0x35241a), 0.7);
      pixels.blend(x + 1, from + y, colourOf(0x93714f), 0.4);
    }
  }
  pixels.grain(random, 0.05);
  return pixels;
};

const timberEnd: Painter = (random) => {
  const pixels = new Pixels(EDGE, colourOf(0xa98457));
  for (let y = 0; y < EDGE; y += 1) {
    for (let x = 0; x < EDGE; x += 1) {
      const radius = Math.hypot(x - 15.5 + random.between(-0.4, 0.4), y - 15.5);
      const ring = 0.5 + 0.5 * Math.sin(radius * 1.9);
      pixels.blend(x, y, colourOf(0x7f5c39), ring * 0.55);
      if (Math.max(Math.abs(x - 15.5), Math.abs(y - 15.5)) > 13.4) {
        pixels.blend(x, y, colourOf(0x54402b), 0.85);
      }
    }
  }
  pixels.grain(random, 0.05);
  return pixels;
};

const plank: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0xa57c4b));
  const boards = [0xb0874f, 0x9c7444, 0xa87f4e, 0x916b3f].map(colourOf);
  for (let board = 0; board < 4; board += 1) {
    const y = board * 8;
    pixels.fill(0, y, EDGE, 8, boards[(board * 3 + 1) % 4], 0.9);
    for (let index = 0; index < 22; index += 1) {
      pixels.dab({
        x: random.between(0, EDGE),
        y: y + random.between(1.5, 6.5),
        length: random.between(4, 9),
        width: 0.7,
        angle: 0,
        colour: shaded(boards[board], random.between(0.82, 1.14)),
        cover: 0.5,
      });
    }
    const joint = Math.floor(random.between(2, EDGE - 2));
    for (let row = 0; row < 8; row += 1) pixels.blend(joint, y + row, colourOf(0x4d3620), 0.7);
    for (let x = 0; x < EDGE; x += 1) {
      pixels.blend(x, y, colourOf(0xcba26a), 0.45);
      pixels.blend(x, y + 7, colourOf(0x4a331f), 0.75);
    }
    pixels.blend(joint + 2, y + 3, colourOf(0x2f2620), 0.8);
    pixels.blend(joint - 2, y + 3, colourOf(0x2f2620), 0.8);
  }
  clouded(pixels, seed, 0.14);
  pixels.grain(random, 0.03);
  return pixels;
};

/** Courses of stones or bricks with mortar between and light on their upper edges. */
function courses(
  random: PaintRandom,
  plan: { rows: number; across: number; palette: readonly Colour[]; mortar: Colour },
): Pixels {
  const pixels = new Pixels(EDGE, plan.mortar);
  const height = EDGE / plan.rows;
  const width = EDGE / plan.across;
  for (let row = 0; row < plan.rows; row += 1) {
    for (let column = 0; column < plan.across; column += 1) {
      const x = Math.floor(column * width + (row % 2) * (width / 2));
      const y = row * height;
      const colour = shaded(random.pick(plan.palette), random.between(0.92, 1.08));
      pixels.fill(x, y, width - 1, height - 1, colour);
      for (let index = 0; index < 5; index += 1) {
        pixels.blend(
          x + Math.floor(random.between(0, width - 1)),
          y + Math.floor(random.between(0, height - 1)),
          shaded(colour, random.between(0.75, 1.25)),
          0.6,
        );
      }
      for (let step = 0; step < width - 1; step += 1) {
        pixels.shade(x + step, y, 1.16);
        pixels.shade(x + step, y + height - 2, 0.82);
      }
      for (let step = 0; step < height - 1; step += 1) {
        pixels.shade(x, y + step, 1.08);
        pixels.shade(x + width - 2, y + step, 0.88);
      }
    }
  }
  return pixels;
}

const brick: Painter = (random, seed) => {
  const palette = [0xa5654a, 0x94543f, 0xb0735a, 0x8a4d3c, 0x9d6650].map(colourOf);
  const plan = { rows: 4, across: 2, palette, mortar: colourOf(0x8b7d6c) };
  const pixels = courses(random, plan);
  clouded(pixels, seed, 0.2);
  pixels.grain(random, 0.05);
  return pixels;
};

const cobble: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0x5e5a56));
  const palette = [0xa09c94, 0x928d86, 0xaca598, 0x86868a, 0x9b9284].map(colourOf);
  for (let row = 0; row < 4; row += 1) {
    for (let column = 0; column < 4; column += 1) {
      const x = column * 8 + (row % 2) * 4 + random.between(3, 5);
      const y = row * 8 + random.between(3.4, 4.6);
      const size = random.between(3.5, 4.3);
      const colour = shaded(random.pick(palette), random.between(0.92, 1.08));
      const angle = random.between(-0.4, 0.4);
      const stone = { x, y, length: size, width: size * 0.84, angle, colour, cover: 1 };
      pixels.dab({ ...stone, colour: shaded(colour, 0.68) });
      pixels.dab({ ...stone, y: y - 0.8, length: size * 0.8, width: size * 0.62 });
      const lit = shaded(colour, 1.22);
      pixels.dab({
        ...stone,
        x: x - 1,
        y: y - 1.4,
        length: 1.5,
        width: 1,
        colour: lit,
        cover: 0.7,
      });
    }
  }
  clouded(pixels, seed, 0.22);
  pixels.grain(random, 0.05);
  return pixels;
};

const glass: Painter = () => {
  const pixels = new Pixels(EDGE, colourOf(0xcfe6e4));
  for (let y = 0; y < EDGE; y += 1) {
    for (let x = 0; x < EDGE; x += 1) {
      const lead = x % 16 < 1 || y % 16 < 1 || (x + y) % 16 === 0 || (x - y + 64) % 16 === 0;
      const streak = (x + y * 2) % 32 < 3;
      pixels.setAlpha(x, y, lead ? 255 : streak ? 130 : 70);
      if (lead) pixels.blend(x, y, colourOf(0x4a4640), 1);
    }
  }
  return pixels;
};

function cloth(base: number, accent: number): Painter {
  return (random, seed) => {
    const pixels = new Pixels(EDGE, colourOf(base));
    const low = colourOf(accent);
    for (let y = 0; y < EDGE; y += 1) {
      for (let x = 0; x < EDGE; x += 1) {
        if ((x + y) % 2 === 0) pixels.blend(x, y, low, 0.28);
        const fold = 0.5 + 0.5 * Math.sin((x / EDGE) * Math.PI * 4);
        pixels.shade(x, y, 0.86 + fold * 0.22);
      }
    }
    clouded(pixels, seed, 0.14);
    for (const y of [1, 2, EDGE - 3, EDGE - 2]) {
      for (let x = 0; x < EDGE; x += 1) pixels.blend(x, y, colourOf(0xd8b35a), 0.55);
    }
    pixels.grain(random, 0.03);
    return pixels;
  };
}

const leaves: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0x31481d));
  const deep = [0x3c5326, 0x45602b, 0x2c421a].map(colourOf);
  const sunny = [0x5c7835, 0x6f883c, 0x86934a].map(colourOf);
  const fine = { length: 2, width: 1.2, angle: 0.8, turn: 1.6 };
  strokes(pixels, random, deep, { count: 120, ...fine });
  clouded(pixels, seed, 0.5);
  strokes(pixels, random, sunny, { count: 70, ...fine, length: 1.6 });
  const holes = tiledNoise(seed + 3, 11);
  for (let y = 0; y < EDGE; y += 1) {
    for (let x = 0; x < EDGE; x += 1) {
      if (holes(x / EDGE, y / EDGE) < 0.27) pixels.setAlpha(x, y, 0);
    }
  }
  pixels.grain(random, 0.07);
  return pixels;
};

const gravel: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0x6b6258));
  const palette = [0x978c7e, 0x83796d, 0xa59a8a, 0x72695f, 0x8c8071].map(colourOf);
  for (let index = 0; index < 120; index += 1) {
    const x = random.between(0, EDGE);
    const y = random.between(0, EDGE);
    const size = random.between(1, 2.3);
    const colour = random.pick(palette);
    const pebble = { x, y, length: size, width: size * 0.8, angle: 0, cover: 0.95 };
    pixels.dab({ ...pebble, y: y + 0.9, colour: shaded(colour, 0.6) });
    pixels.dab({ ...pebble, colour });
  }
  clouded(pixels, seed, 0.16);
  pixels.grain(random, 0.05);
  return pixels;
};

const snow: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0xeef1f2));
  const palette = [0xf7f7f4, 0xe2e8ee, 0xf0f2f3, 0xd9e2ea].map(colourOf);
  strokes(pixels, random, palette, { count: 60, length: 6, width: 2.4, angle: 0.2, turn: 0.5 });
  clouded(pixels, seed, 0.08);
  return pixels;
};

const thatch: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0xa68845));
  const palette = [0xbd9d55, 0x967a3c, 0xcbaf68, 0x84692f, 0xae9049].map(colourOf);
  strokes(pixels, random, palette, {
    count: 190,
    length: 5.5,
    width: 0.7,
    angle: Math.PI / 2,
    turn: 0.2,
  });
  for (const y of [10, 21, 31]) {
    for (let x = 0; x < EDGE; x += 1) {
      pixels.shade(x, y, 0.62);
      pixels.shade(x, y - 1, 0.82);
      pixels.shade(x, y + 1, 1.14);
    }
  }
  clouded(pixels, seed, 0.16);
  return pixels;
};

const lamp: Painter = (random) => {
  const pixels = new Pixels(EDGE, colourOf(0xffc766));
  for (let y = 0; y < EDGE; y += 1) {
    for (let x = 0; x < EDGE; x += 1) {
      const radius = Math.hypot(x - 15.5, y - 15.5) / 16;
      pixels.blend(x, y, mixed([255, 246, 205], [235, 140, 50], radius), 0.85);
      const frame = x % 31 < 2 || y % 31 < 2 || Math.abs(x - 15.5) < 1 || Math.abs(y - 15.5) < 1;
      if (frame) pixels.blend(x, y, colourOf(0x3a2f28), 0.92);
    }
  }
  pixels.grain(random, 0.02);
  return pixels;
};

const bedrock: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0x3b3a3d));
  const palette = [0x46454a, 0x2d2c30, 0x535156, 0x38363a].map(colourOf);
  strokes(pixels, random, palette, { count: 90, length: 4, width: 2.6, angle: 0.7, turn: 1.5 });
  clouded(pixels, seed, 0.4);
  pixels.grain(random, 0.06);
  return pixels;
};

const water: Painter = (random, seed) => {
  const pixels = new Pixels(EDGE, colourOf(0x2f6f86));
  clouded(pixels, seed, 0.2);
  pixels.grain(random, 0.02);
  return pixels;
};

/** Every texture in the order of its layer. */
export const PAINTERS: Readonly<Record<string, Painter>> = {
  stone,
  soil,
  grassTop,
  grassSide,
  sand,
  timberSide,
  timberEnd,
  plank,
  brick,
  glass,
  clothRed: cloth(0xb03a2c, 0x8d2520),
  clothBlue: cloth(0x2f5aa6, 0x244488),
  clothWhite: cloth(0xe6e0d2, 0xcfcabd),
  water,
  leaves,
  cobble,
  gravel,
  snow,
  thatch,
  lamp,
  bedrock,
};
