//! Arrows in flight and arrows that stuck. Each is told once, when it is loosed, and once when it
//! stops; the vertex shader flies it by the engine's rule: each tick the position moves by the
//! velocity, then the velocity falls by the gravity.

import {
  BoxGeometry,
  DynamicDrawUsage,
  GLSL3,
  InstancedBufferGeometry,
  InstancedInterleavedBuffer,
  InterleavedBufferAttribute,
  BufferAttribute,
  Mesh,
  RawShaderMaterial,
} from "three";

import { ARROW_GRAVITY, NOBODY, type Vector3 } from "../../world/state";
import { FINISH, HEAD, SHADOW, SKY } from "../glsl/common";
import type { SharedUniforms } from "../glsl/uniforms";

const CAPACITY = 1_024;
const FLOATS = 12;
/** Ticks that an arrow sticks in the ground: 20 s. */
const STUCK_TICKS = 400;
/** Ticks after which one that was never told to stop is forgotten. */
const FLIGHT_TICKS_MAX = 160;

const VERTEX = /* glsl */ `
${HEAD}
in vec3 position;
in vec3 normal;
in vec3 colour;
in vec4 iFrom;       // place, tick
in vec4 iVelocity;   // metres per tick; tick at which it stops
in vec4 iEnd;        // where it stopped; tick at which it vanishes
uniform float uArrowTick;
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
out vec3 vWorld;
out vec3 vNormal;
out vec3 vColour;
out float vGlow;
void main() {
  float now = uArrowTick;
  if (now > iEnd.w || now < iFrom.w) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  float ticks = min(now, iVelocity.w) - iFrom.w;
  vec3 velocity = iVelocity.xyz - vec3(0.0, ${ARROW_GRAVITY} * ticks, 0.0);
  vec3 centre = iFrom.xyz + iVelocity.xyz * ticks;
  centre.y -= ${ARROW_GRAVITY / 2} * ticks * max(ticks - 1.0, 0.0);
  if (now > iVelocity.w) centre = iEnd.xyz;
  vec3 ahead = normalize(velocity + vec3(1e-5));
  vec3 side = normalize(cross(ahead, vec3(0.0, 1.0, 0.01)));
  mat3 turn = mat3(side, cross(side, ahead), -ahead);
  // The point is the place; the shaft trails behind it.
  vWorld = centre + turn * (position + vec3(0.0, 0.0, 0.42));
  vNormal = turn * normal;
  vColour = colour;
  vGlow = now > iVelocity.w ? 0.0 : 1.0;
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
in float vGlow;
out vec4 outColour;
void main() {
  vec3 normal = normalize(vNormal);
  vec3 light = mix(uGroundLight, uSkyLight, normal.y * 0.5 + 0.5);
  light += uSunColour * max(dot(normal, uSunDirection), 0.15) + flashLight(vWorld);
  vec3 colour = vColour * light * (1.0 + vGlow * 0.4);
  outColour = finish(fogged(colour, vWorld - cameraPosition, cameraPosition.y), 1.0);
}
`;

export class Arrows {
  readonly mesh: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  readonly #rows = new Float32Array(CAPACITY * FLOATS);
  readonly #buffer = new InstancedInterleavedBuffer(this.#rows, FLOATS, 1);
  readonly #tick = { value: 0 };
  readonly #slots = new Map<number, number>();
  readonly #idOfSlot = new Float64Array(CAPACITY).fill(-1);
  #next = 0;
  /** Ticks are Float32 in the shader: counted from here. */
  #tickBase = 0;

  constructor(shared: SharedUniforms) {
    const geometry = arrowGeometry();
    this.#buffer.setUsage(DynamicDrawUsage);
    ["iFrom", "iVelocity", "iEnd"].forEach((name, index) => {
      geometry.setAttribute(name, new InterleavedBufferAttribute(this.#buffer, 4, index * 4));
    });
    geometry.instanceCount = 0;
    this.mesh = new Mesh(
      geometry,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: { ...shared, uArrowTick: this.#tick },
      }),
    );
    this.mesh.frustumCulled = false;
    this.mesh.matrixAutoUpdate = false;
  }

  loose(arrow: number, tick: number, from: Vector3, velocity: Vector3): void {
    if (this.#next === 0 && this.mesh.geometry.instanceCount === 0) this.#tickBase = tick;
    const slot = this.#next;
    this.#next = (slot + 1) % CAPACITY;
    this.#slots.delete(this.#idOfSlot[slot]);
    this.#idOfSlot[slot] = arrow;
    this.#slots.set(arrow, slot);
    const geometry = this.mesh.geometry;
    geometry.instanceCount = Math.max(geometry.instanceCount, slot + 1);
    const at = tick - this.#tickBase;
    const end = at + FLIGHT_TICKS_MAX;
    this.#rows.set(
      [from.x, from.y, from.z, at, velocity.x, velocity.y, velocity.z, end, 0, 0, 0, end],
      slot * FLOATS,
    );
    this.#send(slot);
  }

  stop(arrow: number, tick: number, place: Vector3, hit: number): void {
    const slot = this.#slots.get(arrow);
    if (slot === undefined) return;
    this.#slots.delete(arrow);
    const at = tick - this.#tickBase;
    const row = slot * FLOATS;
    this.#rows[row + 7] = at;
    this.#rows[row + 8] = place.x;
    this.#rows[row + 9] = place.y;
    this.#rows[row + 10] = place.z;
    this.#rows[row + 11] = hit === NOBODY ? at + STUCK_TICKS : at;
    this.#send(slot);
  }

  update(renderTick: number): void {
    this.#tick.value = renderTick - this.#tickBase;
  }

  reset(): void {
    this.#slots.clear();
    this.#next = 0;
    this.mesh.geometry.instanceCount = 0;
  }

  #send(slot: number): void {
    this.#buffer.addUpdateRange(slot * FLOATS, FLOATS);
    this.#buffer.needsUpdate = true;
  }
}

/** Shaft, head and feathers; the point is at -z. */
function arrowGeometry(): InstancedBufferGeometry {
  const parts: [number, number, number, number, number, number, number][] = [
    [0.025, 0.025, 0.8, 0, 0.3, 0.18, 0.08],
    [0.06, 0.03, 0.1, -0.42, 0.3, 0.31, 0.33],
    [0.02, 0.13, 0.18, 0.33, 0.62, 0.58, 0.5],
    [0.13, 0.02, 0.18, 0.33, 0.5, 0.1, 0.07],
  ];
  const positions: number[] = [];
  const normals: number[] = [];
  const colours: number[] = [];
  const indices: number[] = [];
  for (const [width, height, length, z, red, green, blue] of parts) {
    const first = positions.length / 3;
    const box = new BoxGeometry(width, height, length).translate(0, 0, z);
    positions.push(...box.getAttribute("position").array);
    normals.push(...box.getAttribute("normal").array);
    for (let vertex = 0; vertex < 24; vertex += 1) colours.push(red, green, blue);
    indices.push(...Array.from(box.getIndex()?.array ?? [], (index) => index + first));
  }
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(positions), 3));
  geometry.setAttribute("normal", new BufferAttribute(new Float32Array(normals), 3));
  geometry.setAttribute("colour", new BufferAttribute(new Float32Array(colours), 3));
  geometry.setIndex(indices);
  return geometry;
}
