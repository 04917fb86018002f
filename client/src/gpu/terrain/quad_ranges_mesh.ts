//! A mesh that draws lists of quad ranges of an arena in one multi-draw call. It has no attributes
//! but an index of four corners a quad, which `gl_VertexID` then counts.
//! It uses the path that three.js has for its batched meshes (`isBatchedMesh` and the lists below),
//! which also holds the fallback for browsers without WEBGL_multi_draw.

import { BufferAttribute, BufferGeometry, Mesh, type RawShaderMaterial } from "three";

import { PAGE_QUADS, type QuadArena } from "./quad_arena";

const INDICES_PER_QUAD = 6;
const CORNERS_PER_QUAD = 4;
const INDEX_BYTES = 4;

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
    // three.js takes starts in bytes and counts in indices.
    const start = firstQuad * INDICES_PER_QUAD * INDEX_BYTES;
    const count = quadCount * INDICES_PER_QUAD;
    if (last >= 0) {
      const before = this._multiDrawCounts[last];
      if (this._multiDrawStarts[last] + before * INDEX_BYTES === start) {
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
    this.geometry.setIndex(quadIndex(this.#arena));
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

const indexByArena = new WeakMap<QuadArena, BufferAttribute>();

/** The index of all of an arena's quads, shared by the meshes that draw it. */
function quadIndex(arena: QuadArena): BufferAttribute {
  const quadCount = arena.pageCount * PAGE_QUADS;
  const known = indexByArena.get(arena);
  if (known?.count === quadCount * INDICES_PER_QUAD) return known;
  const indices = new Uint32Array(quadCount * INDICES_PER_QUAD);
  for (let quad = 0; quad < quadCount; quad += 1) {
    const corner = quad * CORNERS_PER_QUAD;
    const at = quad * INDICES_PER_QUAD;
    indices[at] = corner;
    indices[at + 1] = corner + 1;
    indices[at + 2] = corner + 2;
    indices[at + 3] = corner;
    indices[at + 4] = corner + 2;
    indices[at + 5] = corner + 3;
  }
  const index = new BufferAttribute(indices, 1);
  indexByArena.set(arena, index);
  return index;
}
