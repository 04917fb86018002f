//! What the fallen left on the ground: a pouch in the colour of the first thing in it, which hovers,
//! turns and glints. The shader moves them: the columns are sent only when the list changes.

import {
  BoxGeometry,
  BufferAttribute,
  GLSL3,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  RawShaderMaterial,
} from "three";

import type { Drop } from "../../world/state";
import { FINISH, HEAD, SHADOW, SKY } from "../glsl/common";
import type { SharedUniforms } from "../glsl/uniforms";

/** As many as a server tells of at once. */
const CAPACITY = 32;
/** Metres between the ground and a pouch, and how far it goes up and down from there. */
const HOVER_METRES = 0.12;
const BOB_METRES = 0.05;
/** Radians a second. */
const TURN_SPEED = 1.1;
const BOB_SPEED = 2.3;
/** Radians between drops whose ids follow each other, so that a heap does not move as one. */
const PHASE = 2.4;
const PHASES_COUNT = 64;

/** Light that comes back from each thing, by its number in WIRE.md. */
const COLOURS: readonly (readonly [red: number, green: number, blue: number])[] = [
  [0.17, 0.18, 0.19],
  [0.11, 0.055, 0.025],
  [0.4, 0.31, 0.15],
  [0.16, 0.085, 0.03],
  [0.02, 0.02, 0.024],
  [0.24, 0.13, 0.09],
  [0.6, 0.33, 0.02],
  [0.3, 0.18, 0.07],
  [0.34, 0.15, 0.035],
  [0.15, 0.05, 0.02],
  [0.42, 0.015, 0.025],
];
/** Of a pouch with nothing in it. */
const LINEN = [0.36, 0.3, 0.2] as const;

const VERTEX = /* glsl */ `
${HEAD}
in vec3 position;
in vec3 normal;
in float isCloth;     // 0 the cord
in vec4 iPlace;       // middle of its foot; where it is in its turn
in vec4 iColour;      // of its cloth; 1 another's for now
uniform float uDropSeconds;
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
out vec3 vWorld;
out vec3 vNormal;
out vec3 vColour;
out float vGlint;
void main() {
  float angle = uDropSeconds * ${TURN_SPEED.toFixed(2)} + iPlace.w;
  float c = cos(angle), s = sin(angle);
  mat3 turn = mat3(c, 0, -s, 0, 1, 0, s, 0, c);
  float bob = ${BOB_METRES} * sin(uDropSeconds * ${BOB_SPEED.toFixed(2)} + iPlace.w);
  vWorld = iPlace.xyz + turn * position + vec3(0.0, ${HOVER_METRES} + bob, 0.0);
  vNormal = turn * normal;
  vColour = mix(vec3(0.04, 0.022, 0.012), iColour.rgb, isCloth) * (1.0 - 0.6 * iColour.w);
  // A gleam climbs over it now and then; what is another's has none.
  float gleam = fract(uDropSeconds * 0.4 + iPlace.w) * 3.0 - 0.5 - position.y * 2.5;
  vGlint = (1.0 - iColour.w) * exp(-gleam * gleam * 18.0);
  gl_Position = projectionMatrix * viewMatrix * vec4(vWorld, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
${HEAD}
${SKY}
${SHADOW}
${FINISH}
uniform vec3 cameraPosition;
in vec3 vWorld;
in vec3 vNormal;
in vec3 vColour;
in float vGlint;
out vec4 outColour;
void main() {
  vec3 normal = normalize(vNormal);
  vec3 toPoint = vWorld - cameraPosition;
  vec3 light = mix(uGroundLight, uSkyLight, normal.y * 0.5 + 0.5) + flashLight(vWorld);
  light += uSunColour * max(dot(normal, uSunDirection), 0.0) * sunLight(vWorld, normal);
  vec3 colour = vColour * light + (vColour + 0.06) * vGlint;
  outColour = finish(fogged(colour, toPoint, cameraPosition.y), 1.0);
}
`;

export class Drops {
  readonly mesh: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  readonly #shared: SharedUniforms;
  readonly #seconds = { value: 0 };
  /** As everything else on the page, they rest for who wants less motion. */
  readonly #stillness = window.matchMedia("(prefers-reduced-motion: reduce)");
  readonly #places = new InstancedBufferAttribute(new Float32Array(CAPACITY * 4), 4);
  readonly #colours = new InstancedBufferAttribute(new Float32Array(CAPACITY * 4), 4);
  /** What the columns hold; the world replaces the list when it changes. */
  #sent: readonly Drop[] = [];

  constructor(shared: SharedUniforms) {
    this.#shared = shared;
    const geometry = pouchGeometry();
    geometry.setAttribute("iPlace", this.#places);
    geometry.setAttribute("iColour", this.#colours);
    geometry.instanceCount = 0;
    this.mesh = new Mesh(
      geometry,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: { ...shared, uDropSeconds: this.#seconds },
      }),
    );
    this.mesh.visible = false;
    this.mesh.frustumCulled = false;
    this.mesh.matrixAutoUpdate = false;
  }

  update(drops: readonly Drop[]): void {
    this.#seconds.value = this.#stillness.matches ? 0 : this.#shared.uTime.value;
    if (drops === this.#sent) return;
    this.#sent = drops;
    const count = Math.min(CAPACITY, drops.length);
    for (let row = 0; row < count; row += 1) this.#put(row, drops[row]);
    this.mesh.visible = count > 0;
    this.mesh.geometry.instanceCount = count;
    this.#places.needsUpdate = true;
    this.#colours.needsUpdate = true;
  }

  #put(row: number, { id, position, things, isKept }: Drop): void {
    const phase = (id % PHASES_COUNT) * PHASE;
    const [red, green, blue] = things.length > 0 ? COLOURS[things[0].thing] : LINEN;
    this.#places.setXYZW(row, position.x, position.y, position.z, phase);
    this.#colours.setXYZW(row, red, green, blue, isKept ? 1 : 0);
  }
}

/** A sack, its shoulders, the cord around its neck and what sticks out above; 0.35 m high. */
function pouchGeometry(): InstancedBufferGeometry {
  const parts: [edge: number, height: number, foot: number, isCloth: number][] = [
    [0.3, 0.18, 0, 1],
    [0.22, 0.05, 0.18, 1],
    [0.13, 0.04, 0.23, 0],
    [0.19, 0.08, 0.27, 1],
  ];
  const positions: number[] = [];
  const normals: number[] = [];
  const cloths: number[] = [];
  const indices: number[] = [];
  for (const [edge, height, foot, isCloth] of parts) {
    const first = positions.length / 3;
    const box = new BoxGeometry(edge, height, edge).translate(0, foot + height / 2, 0);
    positions.push(...box.getAttribute("position").array);
    normals.push(...box.getAttribute("normal").array);
    for (let vertex = 0; vertex < 24; vertex += 1) cloths.push(isCloth);
    indices.push(...Array.from(box.getIndex()?.array ?? [], (index) => index + first));
  }
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(positions), 3));
  geometry.setAttribute("normal", new BufferAttribute(new Float32Array(normals), 3));
  geometry.setAttribute("isCloth", new BufferAttribute(new Float32Array(cloths), 1));
  geometry.setIndex(indices);
  return geometry;
}
