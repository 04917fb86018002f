//! Rings of particles: born into the next slot, flown by the vertex shader, forgotten. Nothing is
//! allocated and nothing is walked through per frame.

import {
  BoxGeometry,
  BufferAttribute,
  CustomBlending,
  DoubleSide,
  DynamicDrawUsage,
  GLSL3,
  InstancedBufferGeometry,
  InstancedInterleavedBuffer,
  InterleavedBufferAttribute,
  Mesh,
  OneFactor,
  OneMinusSrcAlphaFactor,
  RawShaderMaterial,
} from "three";

import type { SharedUniforms } from "../glsl/uniforms";
import {
  SPLINTER_FRAGMENT,
  SPLINTER_VERTEX,
  SPRITE_FRAGMENT,
  SPRITE_VERTEX,
} from "./particle_shaders";

/** How a sprite is drawn; the numbers stand in the shader too. */
export const SPRITE = { PUFF: 0, SPARK: 1, RING: 2, CROSS: 3 } as const;

const FLOATS = 20;
/** No particle lives longer. */
const LIFE_SECONDS_MAX = 8;

/** What a particle is born with. One object is reused for all births. */
export interface Birth {
  x: number;
  y: number;
  z: number;
  /** Metres per second. */
  velocityX: number;
  velocityY: number;
  velocityZ: number;
  lifeSeconds: number;
  sizeFirst: number;
  sizeLast: number;
  /** Metres per second squared, downwards. */
  gravity: number;
  /** Share of its speed lost per second. */
  drag: number;
  red: number;
  green: number;
  blue: number;
  /** One of `SPRITE`. */
  kind: number;
  /** Height below which it does not fall. */
  ground: number;
  /** 0 is lit by the sun; above, shines by itself. */
  glow: number;
}

export function newBirth(): Birth {
  return {
    x: 0,
    y: 0,
    z: 0,
    velocityX: 0,
    velocityY: 0,
    velocityZ: 0,
    lifeSeconds: 1,
    sizeFirst: 0.1,
    sizeLast: 0.1,
    gravity: 0,
    drag: 1,
    red: 1,
    green: 1,
    blue: 1,
    kind: SPRITE.PUFF,
    ground: -1_000,
    glow: 0,
  };
}

export class ParticleRing {
  readonly mesh: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  readonly #rows: Float32Array;
  readonly #buffer: InstancedInterleavedBuffer;
  readonly #capacity: number;
  #next = 0;
  #used = 0;
  /** When the last living one dies, seconds. */
  #lastDeath = 0;
  #dirtyFrom = -1;
  #dirtyCount = 0;

  constructor(geometry: InstancedBufferGeometry, material: RawShaderMaterial, capacity: number) {
    this.#capacity = capacity;
    this.#rows = new Float32Array(capacity * FLOATS);
    this.#buffer = new InstancedInterleavedBuffer(this.#rows, FLOATS, 1);
    this.#buffer.setUsage(DynamicDrawUsage);
    ["iStart", "iVelocity", "iShape", "iColour", "iRest"].forEach((name, index) => {
      geometry.setAttribute(name, new InterleavedBufferAttribute(this.#buffer, 4, index * 4));
    });
    this.mesh = new Mesh(geometry, material);
    this.mesh.frustumCulled = false;
    this.mesh.matrixAutoUpdate = false;
  }

  bear(birth: Birth, now: number): void {
    const rows = this.#rows;
    const to = this.#next * FLOATS;
    rows[to] = birth.x;
    rows[to + 1] = birth.y;
    rows[to + 2] = birth.z;
    rows[to + 3] = now;
    rows[to + 4] = birth.velocityX;
    rows[to + 5] = birth.velocityY;
    rows[to + 6] = birth.velocityZ;
    rows[to + 7] = birth.lifeSeconds;
    rows[to + 8] = birth.sizeFirst;
    rows[to + 9] = birth.sizeLast;
    rows[to + 10] = birth.gravity;
    rows[to + 11] = birth.drag;
    rows[to + 12] = birth.red;
    rows[to + 13] = birth.green;
    rows[to + 14] = birth.blue;
    rows[to + 15] = birth.kind;
    rows[to + 16] = birth.ground;
    rows[to + 17] = (this.#next * 0.618_034) % 1;
    rows[to + 18] = birth.glow;
    if (this.#dirtyFrom < 0) this.#dirtyFrom = this.#next;
    this.#dirtyCount += 1;
    this.#next = (this.#next + 1) % this.#capacity;
    this.#used = Math.max(this.#used, this.#next === 0 ? this.#capacity : this.#next);
    this.#lastDeath = Math.max(this.#lastDeath, now + birth.lifeSeconds);
  }

  /** Sends this frame's births; an idle ring starts over and is not drawn. */
  update(now: number): void {
    // The shaders' clock starts anew now and then.
    this.#lastDeath = Math.min(this.#lastDeath, now + LIFE_SECONDS_MAX);
    this.mesh.visible = now < this.#lastDeath;
    if (!this.mesh.visible) {
      this.#next = 0;
      this.#used = 0;
      this.#dirtyFrom = -1;
      this.#dirtyCount = 0;
      return;
    }
    this.mesh.geometry.instanceCount = this.#used;
    if (this.#dirtyFrom < 0) return;
    const count = Math.min(this.#dirtyCount, this.#capacity);
    const first = Math.min(count, this.#capacity - this.#dirtyFrom);
    this.#buffer.addUpdateRange(this.#dirtyFrom * FLOATS, first * FLOATS);
    if (count > first) this.#buffer.addUpdateRange(0, (count - first) * FLOATS);
    this.#buffer.needsUpdate = true;
    this.#dirtyFrom = -1;
    this.#dirtyCount = 0;
  }
}

export function createSprites(shared: SharedUniforms, capacity: number): ParticleRing {
  const geometry = new InstancedBufferGeometry();
  const corners = new Float32Array([-1, -1, 1, -1, 1, 1, -1, -1, 1, 1, -1, 1]);
  geometry.setAttribute("position", new BufferAttribute(corners, 2));
  const material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: SPRITE_VERTEX,
    fragmentShader: SPRITE_FRAGMENT,
    uniforms: { ...shared },
    side: DoubleSide, // rings are seen from below too
    transparent: true,
    depthWrite: false,
    blending: CustomBlending,
    blendSrc: OneFactor,
    blendDst: OneMinusSrcAlphaFactor,
  });
  return new ParticleRing(geometry, material, capacity);
}

export function createSplinters(shared: SharedUniforms, capacity: number): ParticleRing {
  const cube = new BoxGeometry(1, 1, 1);
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", cube.getAttribute("position"));
  geometry.setAttribute("normal", cube.getAttribute("normal"));
  geometry.setIndex(cube.getIndex());
  const material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: SPLINTER_VERTEX,
    fragmentShader: SPLINTER_FRAGMENT,
    uniforms: { ...shared },
  });
  return new ParticleRing(geometry, material, capacity);
}
