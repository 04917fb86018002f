//! Marks on blocks: the outline of the one aimed at, its cracks while it is dug, where a block
//! would be placed, and those placed or broken that the server has not confirmed yet.

import {
  BoxGeometry,
  BufferAttribute,
  DynamicDrawUsage,
  GLSL3,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  RawShaderMaterial,
  type DataArrayTexture,
} from "three";

import { PLACED_BLOCKS, SLOT, type FrameView, type Vector3 } from "../../world/state";
import { FINISH, HEAD, NOISE, SKY } from "../glsl/common";
import type { SharedUniforms } from "../glsl/uniforms";
import { BLOCK_LOOK_COUNT, blockLookRows } from "../texture/block_textures";

const CAPACITY = 32;

/** What a mark shows; the numbers stand in the shader too. */
const MARK = { OUTLINE: 0, CRACKS: 1, PREVIEW: 2, PLACED: 3, BROKEN: 4 } as const;

/** By face, as inputs number them (`BlockAim`). */
const FACE_NORMALS = [
  [1, 0, 0],
  [-1, 0, 0],
  [0, 1, 0],
  [0, -1, 0],
  [0, 0, 1],
  [0, 0, -1],
] as const;

const VERTEX = /* glsl */ `
${HEAD}
in vec3 position;
in vec3 normal;
in vec2 uv;
in vec4 iBlock;   // lowest corner; mark
in vec2 iLook;    // block id; progress 0..1
uniform vec4 uLooks[${BLOCK_LOOK_COUNT}];
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
out vec3 vWorld;
out vec2 vUv;
flat out vec3 vNormal;
flat out vec3 vMark;   // mark, layer, progress
void main() {
  int mark = int(iBlock.w + 0.5);
  float size = mark == 3 ? 1.001 : mark == 2 ? 0.98 : 1.006;
  vWorld = iBlock.xyz + 0.5 + position * size;
  vNormal = normal;
  vUv = uv;
  vec4 look = uLooks[clamp(int(iLook.x + 0.5), 0, ${BLOCK_LOOK_COUNT - 1})];
  vMark = vec3(iBlock.w, normal.y > 0.5 ? look.x : normal.y < -0.5 ? look.z : look.y, iLook.y);
  gl_Position = projectionMatrix * viewMatrix * vec4(vWorld, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
${HEAD}
${NOISE}
${SKY}
${FINISH}
uniform sampler2DArray uTextures;
in vec3 vWorld;
in vec2 vUv;
flat in vec3 vNormal;
flat in vec3 vMark;
out vec4 outColour;

/** Distance to the nearest crack: borders of jagged cells. */
float cracks(vec2 p) {
  p = floor(p * 32.0) / 32.0 * 4.0;
  vec2 cell = floor(p);
  float first = 9.0;
  float second = 9.0;
  for (int y = -1; y <= 1; y++) {
    for (int x = -1; x <= 1; x++) {
      vec2 other = cell + vec2(x, y);
      vec2 seed = vec2(hash21(other + 3.1), hash21(other + 17.7));
      float span = length(other + seed - p);
      if (span < first) { second = first; first = span; }
      else second = min(second, span);
    }
  }
  return second - first;
}

void main() {
  int mark = int(vMark.x + 0.5);
  vec2 edge = min(vUv, 1.0 - vUv);
  float rim = min(edge.x, edge.y);
  if (mark == 0) {
    float width = 0.016 + 0.35 * fwidth(vUv.x);
    if (rim > width) discard;
    outColour = finish(vec3(0.02, 0.015, 0.01), 0.75);
    return;
  }
  if (mark == 1 || mark == 4) {
    float reach = mark == 4 ? 1.0 : vMark.z;
    float here = hash21(floor(vUv * 4.0) + 5.0);
    bool crack = cracks(vUv) < 0.05 + 0.12 * reach && here < reach * 1.25;
    if (mark == 4) outColour = finish(vec3(0.02), crack ? 0.9 : 0.55);
    else if (crack) outColour = finish(vec3(0.015, 0.012, 0.01), 0.8);
    else discard;
    return;
  }
  vec3 albedo = texture(uTextures, vec3(vUv.x, 1.0 - vUv.y, vMark.y)).rgb;
  vec3 light = mix(uGroundLight, uSkyLight, vNormal.y * 0.5 + 0.5);
  light += uSunColour * max(dot(vNormal, uSunDirection), 0.0) * 0.7;
  if (mark == 3) {
    outColour = finish(albedo * light, 1.0);
    return;
  }
  float pulse = 0.34 + 0.08 * sin(uTime * 5.0);
  vec3 colour = albedo * light + vec3(0.16, 0.14, 0.09);
  outColour = finish(rim < 0.03 ? vec3(1.3, 1.2, 0.9) : colour, rim < 0.03 ? 0.8 : pulse);
}
`;

export class BlockMarks {
  readonly mesh: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  readonly #blocks = new InstancedBufferAttribute(new Float32Array(CAPACITY * 4), 4);
  readonly #looks = new InstancedBufferAttribute(new Float32Array(CAPACITY * 2), 2);
  #count = 0;

  constructor(shared: SharedUniforms, textures: DataArrayTexture) {
    const cube = new BoxGeometry(1, 1, 1);
    const geometry = new InstancedBufferGeometry();
    for (const name of ["position", "normal", "uv"]) {
      const column = cube.getAttribute(name);
      geometry.setAttribute(name, new BufferAttribute(column.array, column.itemSize));
    }
    geometry.setIndex(cube.getIndex());
    geometry.setAttribute("iBlock", this.#blocks);
    geometry.setAttribute("iLook", this.#looks);
    this.#blocks.setUsage(DynamicDrawUsage);
    this.#looks.setUsage(DynamicDrawUsage);
    this.mesh = new Mesh(
      geometry,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: {
          ...shared,
          uTextures: { value: textures },
          uLooks: { value: blockLookRows() },
        },
        transparent: true,
        depthWrite: false,
      }),
    );
    this.mesh.frustumCulled = false;
    this.mesh.matrixAutoUpdate = false;
  }

  update(view: FrameView): void {
    this.#count = 0;
    const { aim, own } = view;
    for (const ghost of view.ghosts) {
      this.#add(ghost.block, ghost.now === 0 ? MARK.BROKEN : MARK.PLACED, ghost.now, 1);
    }
    if (aim && own.alive) {
      this.#add(aim.block, MARK.OUTLINE, aim.id, 0);
      if (own.digProgress > 0) this.#add(aim.block, MARK.CRACKS, aim.id, own.digProgress / 255);
      if (own.slot >= SLOT.PLACE_FIRST && own.blocksCount > 0) this.#addPreview(view);
    }
    this.mesh.visible = this.#count > 0;
    this.mesh.geometry.instanceCount = this.#count;
    this.#blocks.needsUpdate = this.#count > 0;
    this.#looks.needsUpdate = this.#count > 0;
  }

  #addPreview(view: FrameView): void {
    const { aim, own } = view;
    if (!aim) return;
    const normal = FACE_NORMALS[aim.face] ?? FACE_NORMALS[2];
    const { x, y, z } = aim.block;
    const block = { x: x + normal[0], y: y + normal[1], z: z + normal[2] };
    this.#add(block, MARK.PREVIEW, PLACED_BLOCKS[own.slot - SLOT.PLACE_FIRST], 0);
  }

  #add(block: Vector3, mark: number, id: number, progress: number): void {
    if (this.#count === CAPACITY) return;
    this.#blocks.setXYZW(this.#count, block.x, block.y, block.z, mark);
    this.#looks.setXY(this.#count, id, progress);
    this.#count += 1;
  }
}
