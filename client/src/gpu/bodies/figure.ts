//! The soldier as boxes: limbs, clothes and what it can carry. Metres; feet at the origin, looking
//! to -z. One merged geometry; each vertex knows its part (what moves it), its item (when it shows)
//! and its paint (how the fragment shader colours it).

import { BufferAttribute, InstancedBufferGeometry, IntType } from "three";

/** What moves a vertex; the numbers stand in the shader too. */
export const PART = {
  TORSO: 0,
  HEAD: 1,
  ARM_LEFT: 2,
  ARM_RIGHT: 3,
  THIGH_LEFT: 4,
  THIGH_RIGHT: 5,
  FOREARM_LEFT: 6,
  FOREARM_RIGHT: 7,
  SHIN_LEFT: 8,
  SHIN_RIGHT: 9,
  HELD_LEFT: 10,
  HELD_RIGHT: 11,
  CAPE: 12,
} as const;

/** When a vertex shows; the numbers stand in the shader too. */
export const ITEM = {
  ALWAYS: 0,
  SWORD: 1,
  SHIELD: 2,
  BOW: 3,
  BOMB: 4,
  PICK: 5,
  HORN: 6,
  QUIVER: 7,
  HELMET: 8,
  HOOD: 9,
  PLUME: 10,
  CAP: 11,
  ARROW: 12,
  BLOCK: 13,
  NOTHING: 14,
  CREST: 15,
  CIRCLET: 16,
  BREASTPLATE: 17,
  TROUSERS: 18,
  BOOTS: 19,
} as const;

/** How the fragment shader colours it; the numbers stand in the shader too. */
export const PAINT = {
  SKIN: 0,
  CLOTH: 1,
  CLOTH_DARK: 2,
  STEEL: 3,
  MAIL: 4,
  LEATHER: 5,
  WOOD: 6,
  HAIR: 7,
  GOLD: 8,
  BOOT: 9,
  TABARD: 10,
  SHIELD: 11,
  IRON: 12,
  SPARK: 13,
  STRING: 14,
  LINEN: 15,
  FACE: 16,
  BLADE: 17,
  /** The picture of the block that is held; only the player's own view shows it. */
  BLOCK: 18,
} as const;

export interface FigureBox {
  readonly part: number;
  readonly item: number;
  readonly paint: number;
  /** Middle and whole size, metres. */
  readonly middle: readonly [number, number, number];
  readonly size: readonly [number, number, number];
  /** Turn about x through the middle, radians. */
  readonly turn?: number;
}

function box(
  part: number,
  item: number,
  paint: number,
  middle: [number, number, number],
  size: [number, number, number],
  turn = 0,
): FigureBox {
  return { part, item, paint, middle, size, turn };
}

/** Where the hands hold things, in the figure's rest pose. */
export const HAND_RIGHT = [0.37, 0.74, 0] as const;
export const HAND_LEFT = [-0.37, 0.74, 0] as const;

const [RX, RY] = HAND_RIGHT;
const [LX, LY] = HAND_LEFT;

/** Carried things, hanging from the hands: at rest a blade points to -z. */
export const ITEM_BOXES: readonly FigureBox[] = [
  box(PART.HELD_RIGHT, ITEM.SWORD, PAINT.LEATHER, [RX, RY, 0.02], [0.05, 0.05, 0.2]),
  box(PART.HELD_RIGHT, ITEM.SWORD, PAINT.GOLD, [RX, RY, 0.14], [0.08, 0.08, 0.06]),
  box(PART.HELD_RIGHT, ITEM.SWORD, PAINT.GOLD, [RX, RY, -0.1], [0.06, 0.3, 0.06]),
  box(PART.HELD_RIGHT, ITEM.SWORD, PAINT.BLADE, [RX, RY, -0.52], [0.035, 0.11, 0.8]),
  box(PART.HELD_RIGHT, ITEM.SWORD, PAINT.BLADE, [RX, RY, -0.96], [0.03, 0.06, 0.1]),

  box(PART.HELD_LEFT, ITEM.SHIELD, PAINT.SHIELD, [LX - 0.12, LY + 0.12, -0.02], [0.06, 0.72, 0.56]),
  box(PART.HELD_LEFT, ITEM.SHIELD, PAINT.STEEL, [LX - 0.14, LY + 0.12, -0.02], [0.06, 0.14, 0.14]),
  box(PART.HELD_LEFT, ITEM.SHIELD, PAINT.WOOD, [LX - 0.11, LY + 0.5, -0.02], [0.07, 0.05, 0.58]),
  box(PART.HELD_LEFT, ITEM.SHIELD, PAINT.WOOD, [LX - 0.11, LY - 0.29, -0.02], [0.07, 0.1, 0.4]),

  box(PART.HELD_LEFT, ITEM.BOW, PAINT.LEATHER, [LX, LY, 0], [0.06, 0.06, 0.2]),
  box(PART.HELD_LEFT, ITEM.BOW, PAINT.WOOD, [LX, LY + 0.03, -0.26], [0.05, 0.05, 0.36], 0.2),
  box(PART.HELD_LEFT, ITEM.BOW, PAINT.WOOD, [LX, LY + 0.03, 0.26], [0.05, 0.05, 0.36], -0.2),
  box(PART.HELD_LEFT, ITEM.BOW, PAINT.WOOD, [LX, LY + 0.13, -0.52], [0.04, 0.04, 0.24], 0.55),
  box(PART.HELD_LEFT, ITEM.BOW, PAINT.WOOD, [LX, LY + 0.13, 0.52], [0.04, 0.04, 0.24], -0.55),
  // In two halves, so that it bends where the fingers pull it.
  box(PART.HELD_LEFT, ITEM.BOW, PAINT.STRING, [LX, LY + 0.19, 0.305], [0.006, 0.006, 0.61]),
  box(PART.HELD_LEFT, ITEM.BOW, PAINT.STRING, [LX, LY + 0.19, -0.305], [0.006, 0.006, 0.61]),

  box(PART.HELD_LEFT, ITEM.ARROW, PAINT.WOOD, [LX + 0.04, LY - 0.22, -0.07], [0.022, 0.82, 0.022]),
  box(PART.HELD_LEFT, ITEM.ARROW, PAINT.STEEL, [LX + 0.04, LY - 0.66, -0.07], [0.045, 0.1, 0.045]),
  box(PART.HELD_LEFT, ITEM.ARROW, PAINT.LINEN, [LX + 0.04, LY + 0.08, -0.07], [0.1, 0.13, 0.01]),
  box(PART.HELD_LEFT, ITEM.ARROW, PAINT.CLOTH, [LX + 0.04, LY + 0.08, -0.07], [0.01, 0.13, 0.1]),

  box(PART.HELD_RIGHT, ITEM.BOMB, PAINT.IRON, [RX, RY - 0.16, -0.04], [0.24, 0.24, 0.24]),
  box(PART.HELD_RIGHT, ITEM.BOMB, PAINT.GOLD, [RX, RY - 0.16, -0.18], [0.1, 0.1, 0.06]),
  box(PART.HELD_RIGHT, ITEM.BOMB, PAINT.LINEN, [RX, RY - 0.16, -0.24], [0.03, 0.03, 0.1]),
  box(PART.HELD_RIGHT, ITEM.BOMB, PAINT.SPARK, [RX, RY - 0.16, -0.3], [0.05, 0.05, 0.05]),

  box(PART.HELD_RIGHT, ITEM.PICK, PAINT.WOOD, [RX, RY, -0.26], [0.055, 0.055, 0.86]),
  box(PART.HELD_RIGHT, ITEM.PICK, PAINT.IRON, [RX, RY, -0.64], [0.08, 0.3, 0.1]),
  box(PART.HELD_RIGHT, ITEM.PICK, PAINT.STEEL, [RX, RY + 0.24, -0.6], [0.06, 0.22, 0.08], -0.4),
  box(PART.HELD_RIGHT, ITEM.PICK, PAINT.STEEL, [RX, RY - 0.24, -0.6], [0.06, 0.22, 0.08], 0.4),

  box(PART.HELD_RIGHT, ITEM.BLOCK, PAINT.BLOCK, [RX - 0.03, RY - 0.2, -0.12], [0.27, 0.27, 0.27]),

  box(PART.HELD_RIGHT, ITEM.HORN, PAINT.GOLD, [RX, RY, 0.1], [0.06, 0.06, 0.08]),
  box(PART.HELD_RIGHT, ITEM.HORN, PAINT.LINEN, [RX, RY, -0.04], [0.1, 0.1, 0.22]),
  box(PART.HELD_RIGHT, ITEM.HORN, PAINT.LINEN, [RX, RY + 0.05, -0.22], [0.15, 0.15, 0.18], 0.3),
  box(PART.HELD_RIGHT, ITEM.HORN, PAINT.GOLD, [RX, RY + 0.09, -0.32], [0.2, 0.2, 0.05], 0.3),
];

const ARM_BOXES: readonly FigureBox[] = [
  box(PART.ARM_LEFT, ITEM.ALWAYS, PAINT.MAIL, [-0.36, 1.19, 0], [0.2, 0.34, 0.22]),
  box(PART.ARM_RIGHT, ITEM.ALWAYS, PAINT.MAIL, [0.36, 1.19, 0], [0.2, 0.34, 0.22]),
  box(PART.ARM_LEFT, ITEM.ALWAYS, PAINT.CLOTH, [-0.37, 1.33, 0], [0.25, 0.13, 0.27]),
  box(PART.ARM_RIGHT, ITEM.ALWAYS, PAINT.CLOTH, [0.37, 1.33, 0], [0.25, 0.13, 0.27]),
  box(PART.FOREARM_LEFT, ITEM.ALWAYS, PAINT.LEATHER, [-0.36, 0.92, 0], [0.19, 0.24, 0.21]),
  box(PART.FOREARM_RIGHT, ITEM.ALWAYS, PAINT.LEATHER, [0.36, 0.92, 0], [0.19, 0.24, 0.21]),
  box(PART.FOREARM_LEFT, ITEM.ALWAYS, PAINT.SKIN, [-0.36, 0.74, 0], [0.16, 0.14, 0.17]),
  box(PART.FOREARM_RIGHT, ITEM.ALWAYS, PAINT.SKIN, [0.36, 0.74, 0], [0.16, 0.14, 0.17]),
];

/** In the player's own view an arm is one sleeve that ends behind the eye: no shoulder is seen. */
export const OWN_ARM_BOXES: readonly FigureBox[] = [-0.36, 0.36].flatMap((x) => {
  const part = x < 0 ? PART.FOREARM_LEFT : PART.FOREARM_RIGHT;
  return [
    box(part, ITEM.ALWAYS, PAINT.SKIN, [x, 0.74, 0], [0.125, 0.14, 0.14]),
    box(part, ITEM.ALWAYS, PAINT.LEATHER, [x, 0.91, 0], [0.15, 0.22, 0.165]),
    box(part, ITEM.ALWAYS, PAINT.GOLD, [x, 0.995, 0], [0.158, 0.025, 0.173]),
    box(part, ITEM.ALWAYS, PAINT.MAIL, [x, 1.32, 0], [0.165, 0.62, 0.18]),
  ];
});

const TRUNK_BOXES: readonly FigureBox[] = [
  box(PART.TORSO, ITEM.ALWAYS, PAINT.MAIL, [0, 1.07, 0], [0.5, 0.58, 0.28]),
  box(PART.TORSO, ITEM.ALWAYS, PAINT.TABARD, [0, 1.06, -0.15], [0.4, 0.6, 0.04]),
  box(PART.TORSO, ITEM.ALWAYS, PAINT.TABARD, [0, 1.06, 0.15], [0.4, 0.6, 0.04]),
  box(PART.TORSO, ITEM.ALWAYS, PAINT.LEATHER, [0, 0.84, 0], [0.53, 0.08, 0.35]),
  box(PART.TORSO, ITEM.ALWAYS, PAINT.GOLD, [0, 0.84, -0.18], [0.1, 0.09, 0.03]),
  box(PART.TORSO, ITEM.ALWAYS, PAINT.CLOTH_DARK, [0, 0.71, 0], [0.48, 0.2, 0.33]),
  box(PART.THIGH_LEFT, ITEM.ALWAYS, PAINT.LINEN, [-0.13, 0.58, 0], [0.22, 0.42, 0.25]),
  box(PART.THIGH_RIGHT, ITEM.ALWAYS, PAINT.LINEN, [0.13, 0.58, 0], [0.22, 0.42, 0.25]),
  box(PART.SHIN_LEFT, ITEM.ALWAYS, PAINT.BOOT, [-0.13, 0.22, 0], [0.21, 0.36, 0.24]),
  box(PART.SHIN_RIGHT, ITEM.ALWAYS, PAINT.BOOT, [0.13, 0.22, 0], [0.21, 0.36, 0.24]),
  box(PART.SHIN_LEFT, ITEM.ALWAYS, PAINT.BOOT, [-0.13, 0.06, -0.05], [0.23, 0.12, 0.36]),
  box(PART.SHIN_RIGHT, ITEM.ALWAYS, PAINT.BOOT, [0.13, 0.06, -0.05], [0.23, 0.12, 0.36]),
];

const HEAD_BOXES: readonly FigureBox[] = [
  box(PART.HEAD, ITEM.ALWAYS, PAINT.FACE, [0, 1.58, 0], [0.38, 0.4, 0.38]),
  box(PART.HEAD, ITEM.HELMET, PAINT.STEEL, [0, 1.72, 0.01], [0.44, 0.22, 0.44]),
  box(PART.HEAD, ITEM.HELMET, PAINT.STEEL, [0, 1.85, 0.01], [0.3, 0.08, 0.3]),
  box(PART.HEAD, ITEM.HELMET, PAINT.STEEL, [0, 1.58, -0.21], [0.06, 0.22, 0.04]),
  box(PART.HEAD, ITEM.HELMET, PAINT.MAIL, [0, 1.46, 0.04], [0.43, 0.3, 0.37]),
  box(PART.HEAD, ITEM.HOOD, PAINT.CLOTH, [0, 1.6, 0.05], [0.45, 0.46, 0.36]),
  box(PART.HEAD, ITEM.HOOD, PAINT.CLOTH, [0, 1.77, -0.03], [0.44, 0.12, 0.44]),
  box(PART.HEAD, ITEM.HOOD, PAINT.CLOTH_DARK, [0, 1.68, 0.27], [0.24, 0.2, 0.14], 0.5),
  box(PART.HEAD, ITEM.CAP, PAINT.HAIR, [0, 1.62, 0.04], [0.41, 0.24, 0.35]),
  box(PART.HEAD, ITEM.CAP, PAINT.LEATHER, [0, 1.77, 0.01], [0.46, 0.15, 0.46]),
  box(PART.HEAD, ITEM.CREST, PAINT.GOLD, [0, 1.79, 0.01], [0.46, 0.06, 0.46]),
  box(PART.HEAD, ITEM.CREST, PAINT.CLOTH, [0, 1.96, 0.02], [0.09, 0.2, 0.34]),
  box(PART.HEAD, ITEM.CREST, PAINT.CLOTH, [0, 1.86, 0.27], [0.09, 0.34, 0.18], 0.4),
  box(PART.HEAD, ITEM.CIRCLET, PAINT.GOLD, [0, 1.71, 0], [0.4, 0.05, 0.4]),
  box(PART.CAPE, ITEM.PLUME, PAINT.CLOTH_DARK, [0, 0.99, 0.21], [0.5, 0.78, 0.04]),
  box(PART.TORSO, ITEM.QUIVER, PAINT.LEATHER, [0.1, 1.15, 0.22], [0.16, 0.5, 0.13], 0.2),
  box(PART.TORSO, ITEM.QUIVER, PAINT.LINEN, [0.1, 1.45, 0.27], [0.12, 0.12, 0.08], 0.2),
];

/** What is worn over the rest, each a little wider than what is under it. */
const WORN_BOXES: readonly FigureBox[] = [
  box(PART.TORSO, ITEM.BREASTPLATE, PAINT.STEEL, [0, 1.19, -0.155], [0.46, 0.32, 0.07]),
  box(PART.TORSO, ITEM.BREASTPLATE, PAINT.STEEL, [0, 0.97, -0.145], [0.4, 0.14, 0.07]),
  box(PART.TORSO, ITEM.BREASTPLATE, PAINT.GOLD, [0, 1.355, -0.15], [0.3, 0.03, 0.09]),
  box(PART.TORSO, ITEM.BREASTPLATE, PAINT.STEEL, [0, 1.14, 0.15], [0.48, 0.42, 0.07]),
  box(PART.ARM_LEFT, ITEM.BREASTPLATE, PAINT.STEEL, [-0.38, 1.35, 0], [0.27, 0.14, 0.3]),
  box(PART.ARM_RIGHT, ITEM.BREASTPLATE, PAINT.STEEL, [0.38, 1.35, 0], [0.27, 0.14, 0.3]),
  box(PART.THIGH_LEFT, ITEM.TROUSERS, PAINT.LEATHER, [-0.13, 0.58, 0], [0.24, 0.44, 0.27]),
  box(PART.THIGH_RIGHT, ITEM.TROUSERS, PAINT.LEATHER, [0.13, 0.58, 0], [0.24, 0.44, 0.27]),
  box(PART.SHIN_LEFT, ITEM.BOOTS, PAINT.LEATHER, [-0.13, 0.19, 0], [0.235, 0.3, 0.265]),
  box(PART.SHIN_RIGHT, ITEM.BOOTS, PAINT.LEATHER, [0.13, 0.19, 0], [0.235, 0.3, 0.265]),
  box(PART.SHIN_LEFT, ITEM.BOOTS, PAINT.WOOD, [-0.13, 0.37, 0], [0.26, 0.08, 0.29]),
  box(PART.SHIN_RIGHT, ITEM.BOOTS, PAINT.WOOD, [0.13, 0.37, 0], [0.26, 0.08, 0.29]),
  box(PART.SHIN_LEFT, ITEM.BOOTS, PAINT.LEATHER, [-0.13, 0.07, -0.05], [0.25, 0.14, 0.38]),
  box(PART.SHIN_RIGHT, ITEM.BOOTS, PAINT.LEATHER, [0.13, 0.07, -0.05], [0.25, 0.14, 0.38]),
];

/** All limbs and items. */
export const FULL_FIGURE: readonly FigureBox[] = [
  ...TRUNK_BOXES,
  ...ARM_BOXES,
  ...HEAD_BOXES,
  ...WORN_BOXES,
  ...ITEM_BOXES,
];

/** What is left of it far away. */
export const FAR_FIGURE: readonly FigureBox[] = [
  box(PART.TORSO, ITEM.ALWAYS, PAINT.TABARD, [0, 1.04, 0], [0.5, 0.68, 0.3]),
  box(PART.HEAD, ITEM.ALWAYS, PAINT.FACE, [0, 1.56, 0], [0.38, 0.36, 0.38]),
  box(PART.HEAD, ITEM.HELMET, PAINT.STEEL, [0, 1.74, 0], [0.44, 0.2, 0.44]),
  box(PART.TORSO, ITEM.BREASTPLATE, PAINT.STEEL, [0, 1.16, 0], [0.52, 0.36, 0.34]),
  box(PART.THIGH_LEFT, ITEM.TROUSERS, PAINT.LEATHER, [-0.13, 0.58, 0], [0.24, 0.34, 0.27]),
  box(PART.THIGH_RIGHT, ITEM.TROUSERS, PAINT.LEATHER, [0.13, 0.58, 0], [0.24, 0.34, 0.27]),
  box(PART.HEAD, ITEM.HOOD, PAINT.CLOTH, [0, 1.66, 0.03], [0.45, 0.34, 0.44]),
  box(PART.THIGH_LEFT, ITEM.ALWAYS, PAINT.BOOT, [-0.13, 0.37, 0], [0.22, 0.74, 0.25]),
  box(PART.THIGH_RIGHT, ITEM.ALWAYS, PAINT.BOOT, [0.13, 0.37, 0], [0.22, 0.74, 0.25]),
  box(PART.ARM_LEFT, ITEM.ALWAYS, PAINT.MAIL, [-0.36, 1.04, 0], [0.2, 0.64, 0.22]),
  box(PART.ARM_RIGHT, ITEM.ALWAYS, PAINT.MAIL, [0.36, 1.04, 0], [0.2, 0.64, 0.22]),
  box(PART.HELD_RIGHT, ITEM.SWORD, PAINT.BLADE, [RX, RY, -0.5], [0.05, 0.12, 0.95]),
  box(PART.HELD_LEFT, ITEM.SHIELD, PAINT.SHIELD, [LX - 0.12, LY + 0.12, 0], [0.07, 0.72, 0.56]),
];

const FACE_NORMALS: readonly (readonly [number, number, number])[] = [
  [1, 0, 0],
  [-1, 0, 0],
  [0, 1, 0],
  [0, -1, 0],
  [0, 0, 1],
  [0, 0, -1],
];

/** Of each face its corners as signs, counter-clockwise from outside. */
const FACE_CORNERS: readonly (readonly (readonly [number, number, number])[])[] = [
  [
    [1, -1, 1],
    [1, -1, -1],
    [1, 1, -1],
    [1, 1, 1],
  ],
  [
    [-1, -1, -1],
    [-1, -1, 1],
    [-1, 1, 1],
    [-1, 1, -1],
  ],
  [
    [-1, 1, 1],
    [1, 1, 1],
    [1, 1, -1],
    [-1, 1, -1],
  ],
  [
    [-1, -1, -1],
    [1, -1, -1],
    [1, -1, 1],
    [-1, -1, 1],
  ],
  [
    [-1, -1, 1],
    [1, -1, 1],
    [1, 1, 1],
    [-1, 1, 1],
  ],
  [
    [1, -1, -1],
    [-1, -1, -1],
    [-1, 1, -1],
    [1, 1, -1],
  ],
];
const CORNER_UVS = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
] as const;

/** Merges boxes into one indexed geometry with attributes position, normal, uv and kind. */
export function figureGeometry(boxes: readonly FigureBox[]): InstancedBufferGeometry {
  const vertexCount = boxes.length * 24;
  const positions = new Float32Array(vertexCount * 3);
  const normals = new Int8Array(vertexCount * 4);
  const uvs = new Uint8Array(vertexCount * 2);
  const kinds = new Uint8Array(vertexCount * 4);
  const indices: number[] = [];
  boxes.forEach((figureBox, number) => {
    for (let face = 0; face < 6; face += 1) {
      const first = number * 24 + face * 4;
      indices.push(first, first + 1, first + 2, first, first + 2, first + 3);
      const normal = turned(FACE_NORMALS[face], figureBox.turn ?? 0);
      FACE_CORNERS[face].forEach((signs, corner) => {
        const vertex = first + corner;
        const offset = signs.map((sign, axis) => (sign * figureBox.size[axis]) / 2);
        const around = turned(offset, figureBox.turn ?? 0);
        positions.set(
          around.map((value, axis) => value + figureBox.middle[axis]),
          vertex * 3,
        );
        normals.set(
          normal.map((value) => Math.round(value * 127)),
          vertex * 4,
        );
        uvs.set(CORNER_UVS[corner], vertex * 2);
        kinds.set([figureBox.part, figureBox.item, figureBox.paint, face], vertex * 4);
      });
    }
  });
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(positions, 3));
  geometry.setAttribute("normal", new BufferAttribute(normals, 4, true));
  geometry.setAttribute("uv", new BufferAttribute(uvs, 2));
  const kind = new BufferAttribute(kinds, 4);
  kind.gpuType = IntType;
  geometry.setAttribute("kind", kind);
  geometry.setIndex(indices);
  return geometry;
}

function turned(point: readonly number[], angle: number): [number, number, number] {
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  const [x, y, z] = point;
  return [x, y * cosine - z * sine, y * sine + z * cosine];
}
