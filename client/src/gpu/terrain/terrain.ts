//! The land: keeps the chunks' quads in two arenas (solid and blended), and each frame lists the
//! ranges of quads that face the camera and lie in its view, near first.

import {
  DoubleSide,
  FrontSide,
  GLSL3,
  RawShaderMaterial,
  type DataArrayTexture,
  type Frustum,
  type IUniform,
  type Vector3,
} from "three";

import type { ChunkMesh } from "../../world/state";
import type { SharedUniforms } from "../glsl/uniforms";
import { blockLookRows } from "../texture/block_textures";
import { leavesMadeOpaque } from "./chunk_quads";
import { ChunkSet } from "./chunk_set";
import {
  BLENDED_FRAGMENT,
  BLENDED_VERTEX,
  DEPTH_FRAGMENT,
  TERRAIN_DEPTH_VERTEX,
  TERRAIN_FRAGMENT,
  TERRAIN_VERTEX,
} from "./terrain_shaders";
import { Meadow } from "./meadow";
import { QuadRangesMesh } from "./quad_ranges_mesh";

export class Terrain {
  readonly solid: QuadRangesMesh;
  readonly blended: QuadRangesMesh;
  /** The solid quads around the sun's map, drawn with depth only. */
  readonly caster: QuadRangesMesh;
  readonly meadow: Meadow;
  #solidChunks = new ChunkSet(4_096);
  #blendedChunks = new ChunkSet(1_024);

  constructor(shared: SharedUniforms, textures: DataArrayTexture) {
    this.meadow = new Meadow(shared);
    const looks = { value: blockLookRows() };
    const own: Record<string, IUniform> = { uTextures: { value: textures }, uLooks: looks };
    this.solid = new QuadRangesMesh(
      this.#solidChunks.arena,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: TERRAIN_VERTEX,
        fragmentShader: TERRAIN_FRAGMENT,
        uniforms: { ...shared, ...own },
        side: FrontSide,
      }),
    );
    this.blended = new QuadRangesMesh(
      this.#blendedChunks.arena,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: BLENDED_VERTEX,
        fragmentShader: BLENDED_FRAGMENT,
        uniforms: { ...shared, ...own },
        side: DoubleSide,
        transparent: true,
        depthWrite: false,
      }),
    );
    this.caster = new QuadRangesMesh(
      this.#solidChunks.arena,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: TERRAIN_DEPTH_VERTEX,
        fragmentShader: DEPTH_FRAGMENT,
        uniforms: { ...shared, ...own },
        side: DoubleSide,
      }),
    );
  }

  get chunkCount(): number {
    return this.#solidChunks.count;
  }

  /** Quads in this frame's lists. */
  get quadCount(): number {
    return this.solid.quadCount + this.blended.quadCount;
  }

  put(chunk: ChunkMesh): void {
    const { opaque, blended } = leavesMadeOpaque(chunk.opaque, chunk.seeThrough);
    this.#solidChunks.put(chunk, opaque);
    this.#blendedChunks.put(chunk, blended);
    this.meadow.put(chunk, chunk.opaque);
  }

  remove(chunk: { x: number; y: number; z: number }): void {
    this.#solidChunks.remove(chunk);
    this.#blendedChunks.remove(chunk);
    this.meadow.remove(chunk);
  }

  clear(): void {
    this.#solidChunks.clear();
    this.#blendedChunks.clear();
    this.meadow.clear();
  }

  /** Lists what the camera sees. */
  cull(frustum: Frustum, eye: Vector3, distanceMax: number): void {
    this.#solidChunks.listSeen(this.solid, frustum, eye, distanceMax, false);
    this.#blendedChunks.listSeen(this.blended, frustum, eye, distanceMax, true);
    this.meadow.follow(eye);
  }

  /** Lists what throws shadows into a sun's view. */
  cullCasters(frustum: Frustum, sun: Vector3): void {
    this.#solidChunks.listCasters(this.caster, frustum, sun);
  }
}
