//! Grass blades and flowers on the meadows near the camera. Each chunk remembers where its grass
//! lies; the blades around the camera are gathered anew when it has gone a few steps.

import {
  BufferAttribute,
  DoubleSide,
  DynamicDrawUsage,
  GLSL3,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  RawShaderMaterial,
  type Vector3,
} from "three";

import { CHUNK_EDGE_BLOCKS } from "../../world/state";
import { FINISH, HEAD, NOISE, SHADOW, SKY } from "../glsl/common";
import type { SharedUniforms } from "../glsl/uniforms";
import type { ChunkPlace } from "./chunk_set";
import { forEachGrassTop } from "./chunk_quads";

/** Share of grass blocks that bear a tuft, of 256. */
const TUFT_SHARE = 190;
/** Steps after which the blades are gathered anew; metres. */
const STEP_METRES = 5;
const FLOATS = 4;
const BLADES = 9;
const NO_TUFTS = new Float32Array(0);

const VERTEX = /* glsl */ `
${HEAD}
${NOISE}
in vec3 position;    // of a blade: sideways, height 0..1, which blade
in vec4 iTuft;       // where; seed
uniform float uReach;
uniform vec3 cameraPosition;
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
out vec3 vWorld;
out float vHeight;
flat out vec2 vSeed;
void main() {
  float seed = iTuft.w;
  float blade = position.z;
  float turn = blade * 2.4 + seed * 43.0;
  float lush = valueNoise(iTuft.xz * 0.11);
  float span = distance(iTuft.xyz, cameraPosition);
  float tall = (0.13 + 0.42 * lush * fract(seed * 31.7 + blade * 0.37)) * (1.0 - smoothstep(0.72, 1.0, span / uReach));
  bool flower = fract(seed * 57.3) > 0.9 && blade < 1.5;
  if (flower) tall *= 1.25;
  vec2 root = (vec2(fract(seed * 17.1 + blade * 0.31), fract(seed * 29.3 + blade * 0.53)) - 0.5) * 0.95;
  vec2 lean = vec2(cos(turn), sin(turn)) * 0.22;
  float gust = sin(uTime * 1.7 + iTuft.x * 0.35 + iTuft.z * 0.21) + 0.5 * sin(uTime * 3.9 + iTuft.z);
  float bend = position.y * position.y;
  vec3 at = iTuft.xyz;
  at.xz += root + lean * bend * tall * 2.0 + vec2(0.09, 0.05) * gust * bend;
  float width = flower && position.y > 0.9 ? 0.075 : 0.034 * (1.0 - position.y * 0.8);
  at.xz += vec2(-sin(turn), cos(turn)) * position.x * width;
  at.y += position.y * tall;
  vWorld = at;
  vHeight = position.y;
  vSeed = vec2(seed, flower ? 1.0 : 0.0);
  gl_Position = projectionMatrix * viewMatrix * vec4(at, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
${HEAD}
${NOISE}
${SKY}
${SHADOW}
${FINISH}
uniform vec3 cameraPosition;
in vec3 vWorld;
in float vHeight;
flat in vec2 vSeed;
out vec4 outColour;
void main() {
  float meadow = valueNoise(vWorld.xz * 0.045) * 0.65 + valueNoise(vWorld.xz * 0.19) * 0.35;
  vec3 tint = mix(vec3(1.16, 0.97, 0.7), vec3(0.8, 0.92, 0.82), meadow);
  vec3 albedo = mix(vec3(0.075, 0.1, 0.028), vec3(0.24, 0.26, 0.085), vHeight) * tint;
  albedo *= 0.85 + 0.3 * fract(vSeed.x * 71.0);
  if (vSeed.y > 0.5 && vHeight > 0.72) {
    float kind = fract(vSeed.x * 911.0);
    albedo = kind < 0.4 ? vec3(0.7, 0.62, 0.5) : kind < 0.75 ? vec3(0.72, 0.46, 0.06) : vec3(0.5, 0.06, 0.05);
  }
  float lit = sunLight(vWorld, vec3(0.0, 1.0, 0.0));
  vec3 toPoint = vWorld - cameraPosition;
  // Blades glow when the sun stands behind them.
  float through = pow(max(dot(normalize(toPoint), uSunDirection), 0.0), 4.0);
  vec3 light = mix(uGroundLight, uSkyLight, 0.85) * mix(0.55, 1.0, vHeight);
  light += uSunColour * lit * (0.42 + 0.8 * through * vHeight) + flashLight(vWorld);
  outColour = finish(fogged(albedo * light, toPoint, cameraPosition.y), 1.0);
}
`;

export class Meadow {
  readonly mesh: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  #tuftsByChunk = new Map<string, { place: ChunkPlace; tufts: Float32Array }>();
  #tufts: InstancedBufferAttribute;
  #reach = { value: 0 };
  #gatheredAt = { x: Infinity, z: Infinity };
  #isStale = true;

  constructor(shared: SharedUniforms) {
    const geometry = bladesGeometry();
    this.#tufts = tuftColumn(geometry, 4_096);
    geometry.instanceCount = 0;
    this.mesh = new Mesh(
      geometry,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: { ...shared, uReach: this.#reach },
        side: DoubleSide,
      }),
    );
    this.mesh.frustumCulled = false;
    this.mesh.matrixAutoUpdate = false;
  }

  /** Metres around the camera; 0 for none. */
  adopt(reach: number): void {
    this.#reach.value = reach;
    this.mesh.visible = reach > 0;
    this.#isStale = true;
  }

  put(place: ChunkPlace, opaque: Uint32Array): void {
    const tufts: number[] = [];
    const edge = CHUNK_EDGE_BLOCKS;
    forEachGrassTop(opaque, (x, y, z) => {
      const hash = hashOf(place.x * edge + x, place.z * edge + z);
      if ((hash & 255) >= TUFT_SHARE) return;
      const [left, low, front] = [place.x * edge + x, place.y * edge + y, place.z * edge + z];
      tufts.push(left + 0.5, low + 1, front + 0.5, (hash >>> 8) / 16_777_216);
    });
    const key = `${place.x},${place.y},${place.z}`;
    if (isSame(this.#tuftsByChunk.get(key)?.tufts, tufts)) return;
    if (tufts.length === 0) this.#tuftsByChunk.delete(key);
    else this.#tuftsByChunk.set(key, { place: { ...place }, tufts: new Float32Array(tufts) });
    this.#isStale ||= this.#isNear(place, this.#gatheredAt);
  }

  remove(place: ChunkPlace): void {
    this.#tuftsByChunk.delete(`${place.x},${place.y},${place.z}`);
    this.#isStale ||= this.#isNear(place, this.#gatheredAt);
  }

  clear(): void {
    this.#tuftsByChunk.clear();
    this.#isStale = true;
  }

  follow(eye: Vector3): void {
    if (!this.mesh.visible) return;
    const moved = Math.hypot(eye.x - this.#gatheredAt.x, eye.z - this.#gatheredAt.z);
    if (!this.#isStale && moved < STEP_METRES) return;
    this.#isStale = false;
    this.#gatheredAt.x = eye.x;
    this.#gatheredAt.z = eye.z;
    this.#gather(eye);
  }

  /** Whether blades of a chunk may show until the next gathering. */
  #isNear(place: ChunkPlace, eye: { x: number; z: number }): boolean {
    const half = CHUNK_EDGE_BLOCKS / 2;
    const limit = this.#reach.value + half * 1.5 + STEP_METRES;
    const dx = place.x * CHUNK_EDGE_BLOCKS + half - eye.x;
    const dz = place.z * CHUNK_EDGE_BLOCKS + half - eye.z;
    return dx * dx + dz * dz <= limit * limit;
  }

  #gather(eye: Vector3): void {
    let count = 0;
    for (const { place, tufts } of this.#tuftsByChunk.values()) {
      if (!this.#isNear(place, eye)) continue;
      if ((count + tufts.length / FLOATS) * FLOATS > this.#tufts.array.length) {
        this.#grow(count + tufts.length / FLOATS);
      }
      this.#tufts.array.set(tufts, count * FLOATS);
      count += tufts.length / FLOATS;
    }
    this.mesh.geometry.instanceCount = count;
    if (count === 0) return;
    this.#tufts.clearUpdateRanges();
    this.#tufts.addUpdateRange(0, count * FLOATS);
    this.#tufts.needsUpdate = true;
  }

  #grow(count: number): void {
    const before = this.#tufts.array;
    this.#tufts = tuftColumn(this.mesh.geometry, Math.ceil(count * 1.5));
    this.#tufts.array.set(before);
  }
}

function tuftColumn(geometry: InstancedBufferGeometry, capacity: number): InstancedBufferAttribute {
  const column = new InstancedBufferAttribute(new Float32Array(capacity * FLOATS), FLOATS);
  column.setUsage(DynamicDrawUsage);
  geometry.setAttribute("iTuft", column);
  return column;
}

/** Each blade is a strip of two quads that taper: five corners, three triangles. */
function bladesGeometry(): InstancedBufferGeometry {
  const corners: number[] = [];
  const indices: number[] = [];
  for (let blade = 0; blade < BLADES; blade += 1) {
    const first = blade * 5;
    corners.push(-1, 0, blade, 1, 0, blade, -1, 0.55, blade, 1, 0.55, blade, 0, 1, blade);
    indices.push(first, first + 1, first + 3, first, first + 3, first + 2);
    indices.push(first + 2, first + 3, first + 4);
  }
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(corners), 3));
  geometry.setIndex(indices);
  return geometry;
}

/** Most edits leave the grass of their chunk alone. Nothing kept is as good as none. */
function isSame(before: Float32Array = NO_TUFTS, now: readonly number[]): boolean {
  return before.length === now.length && before.every((value, at) => value === Math.fround(now[at]));
}

function hashOf(x: number, z: number): number {
  let mix = Math.imul(x, 374_761_393) ^ Math.imul(z, 668_265_263);
  mix = Math.imul(mix ^ (mix >>> 13), 1_274_126_177);
  return (mix ^ (mix >>> 16)) >>> 0;
}
