//! Texts in the world that face the camera: name plates with their health, rising damage numbers.

import {
  BufferAttribute,
  DynamicDrawUsage,
  GLSL3,
  InstancedBufferGeometry,
  InstancedInterleavedBuffer,
  InterleavedBufferAttribute,
  Mesh,
  RawShaderMaterial,
} from "three";

import { FINISH, HEAD } from "../glsl/common";
import type { SharedUniforms } from "../glsl/uniforms";
import { LabelAtlas } from "./label_atlas";

const CAPACITY = 128;
const FLOATS = 12;

/** One text of this frame. One object is reused for all. */
export interface Label {
  text: string;
  x: number;
  y: number;
  z: number;
  /** Height of the letters, metres. */
  size: number;
  red: number;
  green: number;
  blue: number;
  alpha: number;
  /** 0..1 draws a bar below the text; negative none. */
  health: number;
}

const VERTEX = /* glsl */ `
${HEAD}
in vec2 position;
in vec4 iPlace;    // where; size
in vec4 iColour;
in vec4 iSlot;     // layer, health, spare, spare
uniform float uAspect;  // of a slot
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
out vec2 vPlace;
flat out vec4 vColour;
flat out float vHealth;
flat out float vLayer;
void main() {
  vec4 eye = viewMatrix * vec4(iPlace.xyz, 1.0);
  // Far texts shrink slower than the world, so that they stay legible.
  float size = iPlace.w * (0.6 + 0.055 * max(-eye.z, 0.0));
  eye.xy += position * vec2(uAspect, 1.0) * size;
  vPlace = position;
  vColour = iColour;
  vLayer = iSlot.x;
  vHealth = iSlot.y;
  gl_Position = projectionMatrix * eye;
}
`;

const FRAGMENT = /* glsl */ `
${HEAD}
${FINISH}
uniform sampler2DArray uLetters;
in vec2 vPlace;
flat in vec4 vColour;
flat in float vHealth;
flat in float vLayer;
out vec4 outColour;
void main() {
  if (vPlace.y < -1.0) {
    // The bar below the letters.
    float across = vPlace.x / 0.3;
    if (vHealth < 0.0 || abs(across) > 1.0 || vPlace.y < -1.42) discard;
    bool frame = abs(across) > 0.965 || vPlace.y < -1.36 || vPlace.y > -1.08;
    bool full = across * 0.5 + 0.5 < vHealth;
    vec3 colour = frame ? vec3(0.01) : full ? vColour.rgb * 1.6 : vec3(0.05);
    outColour = finish(colour, vColour.a * 0.9);
    return;
  }
  vec2 uv = vec2(vPlace.x, -vPlace.y) * 0.5 + 0.5;
  vec4 letters = texture(uLetters, vec3(uv, vLayer));
  if (letters.a < 0.02) discard;
  outColour = finish(vColour.rgb * 1.7 * letters.r, letters.a * vColour.a);
}
`;

export class Labels {
  readonly mesh: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  readonly #atlas = new LabelAtlas();
  readonly #rows = new Float32Array(CAPACITY * FLOATS);
  readonly #buffer = new InstancedInterleavedBuffer(this.#rows, FLOATS, 1);
  #count = 0;

  constructor(shared: SharedUniforms) {
    const geometry = new InstancedBufferGeometry();
    const corners = new Float32Array([-1, -1.5, 1, -1.5, 1, 1, -1, -1.5, 1, 1, -1, 1]);
    geometry.setAttribute("position", new BufferAttribute(corners, 2));
    this.#buffer.setUsage(DynamicDrawUsage);
    ["iPlace", "iColour", "iSlot"].forEach((name, index) => {
      geometry.setAttribute(name, new InterleavedBufferAttribute(this.#buffer, 4, index * 4));
    });
    const { aspect, texture } = this.#atlas;
    this.mesh = new Mesh(
      geometry,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: {
          ...shared,
          uLetters: { value: texture },
          uAspect: { value: aspect },
        },
        transparent: true,
        depthWrite: false,
      }),
    );
    this.mesh.frustumCulled = false;
    this.mesh.matrixAutoUpdate = false;
  }

  begin(): void {
    this.#count = 0;
    this.#atlas.begin();
  }

  show(label: Label): void {
    if (this.#count === CAPACITY) return;
    const slot = this.#atlas.slotOf(label.text);
    if (slot < 0) return;
    const rows = this.#rows;
    const to = this.#count * FLOATS;
    rows[to] = label.x;
    rows[to + 1] = label.y;
    rows[to + 2] = label.z;
    rows[to + 3] = label.size;
    rows[to + 4] = label.red;
    rows[to + 5] = label.green;
    rows[to + 6] = label.blue;
    rows[to + 7] = label.alpha;
    rows[to + 8] = slot;
    rows[to + 9] = label.health;
    this.#count += 1;
  }

  end(): void {
    this.mesh.visible = this.#count > 0;
    this.mesh.geometry.instanceCount = this.#count;
    if (this.#count === 0) return;
    this.#buffer.clearUpdateRanges();
    this.#buffer.addUpdateRange(0, this.#count * FLOATS);
    this.#buffer.needsUpdate = true;
  }
}

export function newLabel(): Label {
  return { text: "", x: 0, y: 0, z: 0, size: 0.1, red: 1, green: 1, blue: 1, alpha: 1, health: -1 };
}
