//! Bombs in the air and on the ground, with burning fuses. Few at a time: flown here by the
//! engine's rule, each bounce told as a new throw of the same bomb.

import { BoxGeometry, GLSL3, InstancedBufferGeometry, InstancedBufferAttribute } from "three";
import { DynamicDrawUsage, Mesh, RawShaderMaterial } from "three";

import { BOMB_GRAVITY, type Vector3 } from "../../world/state";
import { FINISH, HEAD, SKY } from "../glsl/common";
import type { SharedUniforms } from "../glsl/uniforms";
import type { Bursts } from "./bursts";

const CAPACITY = 64;
/** A bomb that nobody told to burst is forgotten: 8 s. */
const LIFE_TICKS_MAX = 160;
const BODY_RADIUS = 0.17;

interface Bomb {
  from: Vector3;
  velocity: Vector3;
  tick: number;
  firstTick: number;
}

const VERTEX = /* glsl */ `
${HEAD}
in vec3 position;
in vec3 normal;
in vec4 iPlace;   // where; turn
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
out vec3 vWorld;
out vec3 vNormal;
out vec3 vLocal;
void main() {
  float c = cos(iPlace.w), s = sin(iPlace.w);
  mat3 turn = mat3(1, 0, 0, 0, c, s, 0, -s, c);
  vLocal = position;
  vWorld = iPlace.xyz + turn * position * 0.36 + vec3(0.0, ${BODY_RADIUS}, 0.0);
  vNormal = turn * normal;
  gl_Position = projectionMatrix * viewMatrix * vec4(vWorld, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
${HEAD}
${SKY}
${FINISH}
uniform vec3 cameraPosition;
in vec3 vWorld;
in vec3 vNormal;
in vec3 vLocal;
out vec4 outColour;
void main() {
  vec3 normal = normalize(vNormal);
  vec3 light = mix(uGroundLight, uSkyLight, normal.y * 0.5 + 0.5);
  light += uSunColour * max(dot(normal, uSunDirection), 0.0);
  bool band = abs(vLocal.y) < 0.09;
  vec3 colour = (band ? vec3(0.3, 0.14, 0.05) : vec3(0.045, 0.045, 0.05)) * light;
  float wick = step(0.36, vLocal.y) * step(max(abs(vLocal.x), abs(vLocal.z)), 0.16);
  colour += wick * vec3(7.0, 3.4, 0.9) * (0.7 + 0.3 * sin(uTime * 40.0));
  outColour = finish(fogged(colour, vWorld - cameraPosition, cameraPosition.y), 1.0);
}
`;

export class Bombs {
  readonly mesh: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  readonly #bombs = new Map<number, Bomb>();
  readonly #places = new InstancedBufferAttribute(new Float32Array(CAPACITY * 4), 4);
  readonly #at: Vector3 = { x: 0, y: 0, z: 0 };

  constructor(shared: SharedUniforms) {
    const cube = new BoxGeometry(1, 1, 1);
    const geometry = new InstancedBufferGeometry();
    geometry.setAttribute("position", cube.getAttribute("position"));
    geometry.setAttribute("normal", cube.getAttribute("normal"));
    geometry.setAttribute("iPlace", this.#places);
    geometry.setIndex(cube.getIndex());
    this.#places.setUsage(DynamicDrawUsage);
    this.mesh = new Mesh(
      geometry,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: { ...shared },
      }),
    );
    this.mesh.frustumCulled = false;
    this.mesh.matrixAutoUpdate = false;
  }

  thrown(bomb: number, tick: number, from: Vector3, velocity: Vector3): void {
    const firstTick = this.#bombs.get(bomb)?.firstTick ?? tick;
    this.#bombs.set(bomb, { from: { ...from }, velocity: { ...velocity }, tick, firstTick });
  }

  burst(bomb: number): void {
    this.#bombs.delete(bomb);
  }

  reset(): void {
    this.#bombs.clear();
  }

  update(renderTick: number, bursts: Bursts): void {
    let count = 0;
    for (const [id, bomb] of this.#bombs) {
      if (renderTick - bomb.firstTick > LIFE_TICKS_MAX) this.#bombs.delete(id);
      if (count === CAPACITY) continue;
      const ticks = Math.max(0, renderTick - bomb.tick);
      const { from, velocity } = bomb;
      const at = this.#at;
      at.x = from.x + velocity.x * ticks;
      at.y = from.y + velocity.y * ticks - (BOMB_GRAVITY / 2) * ticks * Math.max(0, ticks - 1);
      at.z = from.z + velocity.z * ticks;
      const still = velocity.x === 0 && velocity.y === 0 && velocity.z === 0;
      if (still) at.y = from.y;
      this.#places.setXYZW(count, at.x, at.y, at.z, still ? 0 : ticks * 0.35);
      count += 1;
      at.y += BODY_RADIUS * 2.2;
      bursts.fuse(at);
    }
    this.mesh.visible = count > 0;
    this.mesh.geometry.instanceCount = count;
    this.#places.needsUpdate = count > 0;
  }
}
