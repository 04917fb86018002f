// A mesh without attributes that draws lists of quad ranges of an arena in one multi-draw call.
// It uses the path that three.js has for its batched meshes (`isBatchedMesh` and the lists below),
// which also holds the fallback for browsers without WEBGL_multi_draw.

import { BufferGeometry, Mesh, type RawShaderMaterial } from "three";

import type { QuadArena } from "./quad_arena";

const VERTICES_PER_QUAD = 6;

export class QuadRangesMesh extends Mesh<BufferGeometry, RawShaderMaterial> {
  readonly isBatchedMesh = true;
  // Names that three.js reads; see its WebGLRenderer.
  _multiDrawStarts = new Int32Array(1_024);
  _multiDrawCounts = new Int32Array(1_024);
  _multiDrawCount = 0;
  _colorsTexture = null;
  _matricesTexture = null;
  _indirectTexture = null;
  quadCount = 0;
  #arena: QuadArena;
  #generation = -1;

  constructor(arena: QuadArena, material: RawShaderMaterial) {
    const geometry = new BufferGeometry();
    geometry.setDrawRange(0, VERTICES_PER_QUAD);
    super(geometry, material);
    this.frustumCulled = false;
    this.matrixAutoUpdate = false;
    this.#arena = arena;
    material.uniforms.uQuads = { value: arena.quads };
    material.uniforms.uPages = { value: arena.pages };
  }

  begin(): void {
    this._multiDrawCount = 0;
    this.quadCount = 0;
  }

  /** Adds a range; one that continues the last is joined to it. */
  addQuads(firstQuad: number, quadCount: number): void {
    if (quadCount === 0) return;
    this.quadCount += quadCount;
    const last = this._multiDrawCount - 1;
    const start = firstQuad * VERTICES_PER_QUAD;
    const count = quadCount * VERTICES_PER_QUAD;
    if (last >= 0) {
      const before = this._multiDrawCounts[last];
      if (this._multiDrawStarts[last] + before === start) {
        this._multiDrawCounts[last] = before + count;
        return;
      }
    }
    if (this._multiDrawCount === this._multiDrawStarts.length) this.#grow();
    this._multiDrawStarts[this._multiDrawCount] = start;
    this._multiDrawCounts[this._multiDrawCount] = count;
    this._multiDrawCount += 1;
  }

  /** Binds the arena's textures anew after it grew. */
  end(): void {
    this.visible = this._multiDrawCount > 0;
    if (this.#generation === this.#arena.generation) return;
    this.#generation = this.#arena.generation;
    const uniforms = this.material.uniforms;
    if (uniforms.uQuads) uniforms.uQuads.value = this.#arena.quads;
    if (uniforms.uPages) uniforms.uPages.value = this.#arena.pages;
  }

  #grow(): void {
    const starts = new Int32Array(this._multiDrawStarts.length * 2);
    starts.set(this._multiDrawStarts);
    this._multiDrawStarts = starts;
    const counts = new Int32Array(starts.length);
    counts.set(this._multiDrawCounts);
    this._multiDrawCounts = counts;
  }
}
