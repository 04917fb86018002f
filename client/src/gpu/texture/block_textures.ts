//! The texture array of all materials, and which layer of it each face of a block shows.

import {
  DataArrayTexture,
  LinearMipmapLinearFilter,
  NearestFilter,
  RGBAFormat,
  RepeatWrapping,
  SRGBColorSpace,
  UnsignedByteType,
  Vector4,
} from "three";

import { PAINTERS, TEXTURE_EDGE } from "./painters";
import { PaintRandom } from "./pixels";

const LAYER_NAMES = Object.keys(PAINTERS);

/** How the terrain shader treats a material beyond its picture. */
export const FLAG_TURN = 1; // its pictures may be turned per block
export const FLAG_GROWTH = 2; // takes the broad tints of meadows
export const FLAG_LAMP = 4; // shines by itself
export const FLAG_LEAVES = 8; // has holes and sways

interface BlockLook {
  readonly top: string;
  readonly side: string;
  readonly bottom: string;
  readonly flags: number;
}

function look(top: string, side = top, bottom = top, flags = 0): BlockLook {
  return { top, side, bottom, flags };
}

/** By block id, as in the table of crate `spatial`, file block.rs. */
const BLOCK_LOOKS: readonly BlockLook[] = [
  look("stone"), // air is never drawn
  look("stone", "stone", "stone", FLAG_TURN),
  look("soil", "soil", "soil", FLAG_TURN),
  look("grassTop", "grassSide", "soil", FLAG_TURN | FLAG_GROWTH),
  look("sand", "sand", "sand", FLAG_TURN),
  look("timberEnd", "timberSide", "timberEnd"),
  look("plank"),
  look("brick"),
  look("glass"),
  look("clothRed"),
  look("clothBlue"),
  look("clothWhite"),
  look("water"),
  look("leaves", "leaves", "leaves", FLAG_TURN | FLAG_GROWTH | FLAG_LEAVES),
  look("cobble"),
  look("gravel", "gravel", "gravel", FLAG_TURN),
  look("snow", "snow", "snow", FLAG_TURN),
  look("thatch"),
  look("lamp", "lamp", "lamp", FLAG_LAMP),
  look("bedrock", "bedrock", "bedrock", FLAG_TURN),
];

/** Rows of the table in the shaders; foreign ids beyond it show stone. */
export const BLOCK_LOOK_COUNT = 32;

/** A row a block: layers of its top, sides and bottom, and its flags. */
export function blockLookRows(): Vector4[] {
  return Array.from({ length: BLOCK_LOOK_COUNT }, (_, id) => {
    const row = BLOCK_LOOKS[id] ?? look("stone");
    const layer = (name: string): number => LAYER_NAMES.indexOf(name);
    return new Vector4(layer(row.top), layer(row.side), layer(row.bottom), row.flags);
  });
}

/** Paints all layers; about 20 ms, once at start. */
export function paintBlockTextures(): DataArrayTexture {
  const layerSize = TEXTURE_EDGE * TEXTURE_EDGE * 4;
  const bytes = new Uint8Array(layerSize * LAYER_NAMES.length);
  LAYER_NAMES.forEach((name, layer) => {
    const seed = 7_919 * (layer + 1);
    const painter = PAINTERS[name];
    if (painter) bytes.set(painter(new PaintRandom(seed), seed).bytes, layer * layerSize);
  });
  const texture = new DataArrayTexture(bytes, TEXTURE_EDGE, TEXTURE_EDGE, LAYER_NAMES.length);
  texture.format = RGBAFormat;
  texture.type = UnsignedByteType;
  texture.colorSpace = SRGBColorSpace;
  texture.wrapS = RepeatWrapping;
  texture.wrapT = RepeatWrapping;
  texture.magFilter = NearestFilter;
  texture.minFilter = LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  texture.needsUpdate = true;
  return texture;
}

/** Mean colour of each block, linear 0..1, three numbers a block: for debris. */
export function blockMeanColours(): Float32Array {
  const means = new Float32Array(BLOCK_LOOK_COUNT * 3);
  for (let id = 0; id < BLOCK_LOOK_COUNT; id += 1) {
    const name = (BLOCK_LOOKS[id] ?? look("stone")).side;
    const seed = 7_919 * (LAYER_NAMES.indexOf(name) + 1);
    const pixels = PAINTERS[name]?.(new PaintRandom(seed), seed);
    if (!pixels) continue;
    for (let at = 0; at < pixels.bytes.length; at += 4) {
      for (let channel = 0; channel < 3; channel += 1) {
        const value = (pixels.bytes[at + channel] / 255) ** 2.2;
        means[id * 3 + channel] = means[id * 3 + channel] + value;
      }
    }
    for (let channel = 0; channel < 3; channel += 1) {
      means[id * 3 + channel] = means[id * 3 + channel] / (TEXTURE_EDGE * TEXTURE_EDGE);
    }
  }
  return means;
}
