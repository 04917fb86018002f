//! The banners to hold: a pole with cloth that waves, in the colour of who holds it, and a ring on
//! the ground that fills while it is taken.

import {
  BoxGeometry,
  BufferAttribute,
  DoubleSide,
  GLSL3,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  PlaneGeometry,
  RawShaderMaterial,
  RingGeometry,
  type BufferGeometry,
} from "three";

import type { Banner } from "../../world/state";
import { PAINT_GLSL } from "../bodies/paint_glsl";
import { FINISH, HEAD, NOISE, SHADOW, SKY } from "../glsl/common";
import type { SharedUniforms } from "../glsl/uniforms";

const CAPACITY = 8;
const NOBODY = 255;
const POLE_METRES = 7.5;
/** Metres around the foot in which a banner is taken. */
const RING_METRES = 6;

const VERTEX = /* glsl */ `
${HEAD}
in vec3 position;
in vec3 normal;
in vec2 uv;
in float part;       // 0 pole, 1 cloth, 2 ring
in vec4 iPlace;      // foot; progress 0..1
in vec2 iHouses;     // owner, taker; 2 nobody
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
out vec3 vWorld;
out vec3 vNormal;
out vec2 vUv;
flat out int vPart;
flat out vec3 vState;
void main() {
  vec3 at = position;
  vec3 turned = normal;
  vPart = int(part + 0.5);
  if (vPart == 1) {
    float free = uv.x;
    float phase = uTime * 3.4 - uv.x * 5.5 + iPlace.x;
    at.z += sin(phase) * 0.34 * free + sin(phase * 0.6 + uv.y * 3.0) * 0.12 * free;
    at.y -= 0.25 * free * free + 0.05 * free * sin(phase * 1.3);
    turned = normalize(vec3(-cos(phase) * -1.1 * free, 0.15, 1.0));
  }
  vWorld = iPlace.xyz + at;
  vNormal = turned;
  vUv = uv;
  vState = vec3(iHouses, iPlace.w);
  gl_Position = projectionMatrix * viewMatrix * vec4(vWorld, 1.0);
  if (vPart == 2) gl_Position.z -= 0.001 * gl_Position.w;
}
`;

const FRAGMENT = /* glsl */ `
${HEAD}
${NOISE}
${SKY}
${SHADOW}
${FINISH}
${PAINT_GLSL}
uniform vec3 cameraPosition;
in vec3 vWorld;
in vec3 vNormal;
in vec2 vUv;
flat in int vPart;
flat in vec3 vState;
out vec4 outColour;

vec3 fieldColour(int house, vec2 uv) {
  if (house > 1) return vec3(0.62, 0.57, 0.48);
  vec3 trim = house == 0 ? vec3(0.72, 0.43, 0.1) : vec3(0.72, 0.74, 0.78);
  float edge = step(0.45, abs(uv.y - 0.5));
  return mix(houseColour(house) * 1.35, trim, max(edge, emblem((uv - 0.5) * 1.15 + 0.5, house)));
}

void main() {
  int owner = int(vState.x + 0.5);
  int taker = int(vState.y + 0.5);
  vec3 toPoint = vWorld - cameraPosition;
  if (vPart == 2) {
    float around = vUv.x;
    bool taken = taker < 2 && around < vState.z;
    int house = taken ? taker : owner;
    vec3 colour = house > 1 ? vec3(0.75, 0.7, 0.6) : houseColour(house) * 4.0;
    float dash = step(0.12, fract(around * 48.0));
    outColour = finish(fogged(colour, toPoint, cameraPosition.y), (taken ? 0.85 : 0.5) * dash);
    return;
  }
  vec3 albedo = vec3(0.23, 0.13, 0.06);
  vec3 normal = normalize(vNormal);
  if (!gl_FrontFacing) normal = -normal;
  if (vPart == 1) {
    // The taker's cloth climbs over the owner's from below.
    int house = taker < 2 && taker != owner && vUv.y < vState.z ? taker : owner;
    albedo = fieldColour(house, vUv) * (0.88 + 0.2 * valueNoise(vUv * vec2(30.0, 18.0)));
  } else if (vUv.y > 0.97) albedo = vec3(0.75, 0.47, 0.12);
  float facing = dot(normal, uSunDirection);
  float through = vPart == 1 ? max(-facing, 0.0) * 0.45 : 0.0;
  float lit = sunLight(vWorld, normal);
  vec3 light = mix(uGroundLight, uSkyLight, normal.y * 0.5 + 0.5) + flashLight(vWorld);
  light += uSunColour * (max(facing, 0.0) + through) * lit;
  outColour = finish(fogged(albedo * light, toPoint, cameraPosition.y), 1.0);
}
`;

export class Banners {
  /** Poles and cloth. */
  readonly mesh: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  /** Rings on the ground, blended. */
  readonly rings: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  readonly #places = new InstancedBufferAttribute(new Float32Array(CAPACITY * 4), 4);
  readonly #houses = new InstancedBufferAttribute(new Float32Array(CAPACITY * 2), 2);
  /** What the columns hold; the world replaces the list when a banner changes. */
  #sent: readonly Banner[] = [];

  constructor(shared: SharedUniforms) {
    const pole = new BoxGeometry(0.16, POLE_METRES, 0.16).translate(0, POLE_METRES / 2, 0);
    const arm = new BoxGeometry(1.9, 0.1, 0.1).translate(0.95, POLE_METRES - 0.3, 0);
    const cloth = new PlaneGeometry(3.1, 2, 14, 6).translate(1.65, POLE_METRES - 1.4, 0);
    const ring = new RingGeometry(RING_METRES - 0.22, RING_METRES, 96, 1).rotateX(-Math.PI / 2);
    aroundUvs(ring);
    this.mesh = this.#meshOf(shared, [pole, arm, cloth], [0, 0, 1], false);
    this.rings = this.#meshOf(shared, [ring.translate(0, 0.06, 0)], [2], true);
  }

  update(banners: readonly Banner[]): void {
    if (banners === this.#sent) return;
    this.#sent = banners;
    const count = Math.min(CAPACITY, banners.length);
    this.mesh.geometry.instanceCount = count;
    this.rings.geometry.instanceCount = count;
    for (let index = 0; index < count; index += 1) {
      const { block, owner, taker, progress } = banners[index];
      this.#places.setXYZW(index, block.x + 0.5, block.y, block.z + 0.5, progress / 255);
      this.#houses.setXY(index, owner === NOBODY ? 2 : owner, taker === NOBODY ? 2 : taker);
    }
    this.#places.needsUpdate = true;
    this.#houses.needsUpdate = true;
  }

  #meshOf(
    shared: SharedUniforms,
    pieces: BufferGeometry[],
    parts: number[],
    isBlended: boolean,
  ): Mesh<InstancedBufferGeometry, RawShaderMaterial> {
    const geometry = merged(pieces, parts);
    geometry.setAttribute("iPlace", this.#places);
    geometry.setAttribute("iHouses", this.#houses);
    geometry.instanceCount = 0;
    const material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms: { ...shared },
      side: DoubleSide,
      transparent: isBlended,
      depthWrite: !isBlended,
    });
    const mesh = new Mesh(geometry, material);
    mesh.frustumCulled = false;
    mesh.matrixAutoUpdate = false;
    return mesh;
  }
}

/** Makes u of a ring run once around it. */
function aroundUvs(ring: BufferGeometry): void {
  const position = ring.getAttribute("position");
  const uv = ring.getAttribute("uv");
  for (let vertex = 0; vertex < position.count; vertex += 1) {
    const turn = (vertex % 97) / 96;
    uv.setXY(vertex, turn, 0);
  }
}

function merged(pieces: BufferGeometry[], parts: number[]): InstancedBufferGeometry {
  const columns: Record<string, number[]> = { position: [], normal: [], uv: [], part: [] };
  const indices: number[] = [];
  pieces.forEach((piece, number) => {
    const first = columns.part.length;
    for (const name of ["position", "normal", "uv"]) {
      columns[name].push(...piece.getAttribute(name).array);
    }
    const count = piece.getAttribute("position").count;
    for (let vertex = 0; vertex < count; vertex += 1) columns.part.push(parts[number]);
    indices.push(...Array.from(piece.getIndex()?.array ?? [], (index) => index + first));
  });
  const geometry = new InstancedBufferGeometry();
  const sizes: Record<string, number> = { position: 3, normal: 3, uv: 2, part: 1 };
  for (const [name, values] of Object.entries(columns)) {
    geometry.setAttribute(name, new BufferAttribute(new Float32Array(values), sizes[name]));
  }
  geometry.setIndex(indices);
  return geometry;
}
