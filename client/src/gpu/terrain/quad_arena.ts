//! All quads of all chunks of one pass in a single texture, so that the whole terrain is one draw
//! call: the vertex shader fetches its quad by `gl_VertexID`. A chunk owns contiguous pages of
//! quads; a second, small texture tells the chunk of each page. Grows by doubling.

import {
  DataTexture,
  FloatType,
  NearestFilter,
  RGBAFormat,
  RGBAIntegerFormat,
  UnsignedIntType,
} from "three";

/** Quads of a page: a chunk wastes half of one on average. */
export const PAGE_QUADS = 64;
/** Texels along a row of the quad texture; a texel is two quads of two words. */
export const QUAD_ROW_TEXELS = 1_024;
/** Texels along a row of the page texture. */
export const PAGE_ROW_TEXELS = 256;

const WORDS_PER_QUAD = 2;
const WORDS_PER_PAGE = PAGE_QUADS * WORDS_PER_QUAD;
const WORDS_PER_ROW = QUAD_ROW_TEXELS * 4;
const PAGES_PER_ROW = WORDS_PER_ROW / WORDS_PER_PAGE;

interface FreeRun {
  start: number;
  count: number;
}

export class QuadArena {
  /** Two words a quad, as the mesher packed them. Replaced when the arena grows. */
  quads: DataTexture;
  /** Origin of the chunk of each page in metres. Replaced when the arena grows. */
  pages: DataTexture;
  /** Counts replacements, so that materials know to bind the new textures. */
  generation = 0;
  #words: Uint32Array<ArrayBuffer>;
  #origins: Float32Array<ArrayBuffer>;
  #free: FreeRun[];

  constructor(pageCount: number) {
    const count = roundedUp(pageCount, PAGE_ROW_TEXELS);
    this.#words = new Uint32Array(count * WORDS_PER_PAGE);
    this.#origins = new Float32Array(count * 4);
    this.#free = [{ start: 0, count }];
    this.quads = quadTexture(this.#words);
    this.pages = pageTexture(this.#origins);
  }

  get pageCount(): number {
    return this.#origins.length / 4;
  }

  /** Stores a chunk's quads and returns its first page. */
  insert(words: Uint32Array, origin: readonly [x: number, y: number, z: number]): number {
    const pageCount = Math.ceil(words.length / WORDS_PER_PAGE);
    let start = this.#take(pageCount);
    while (start < 0) {
      this.#grow();
      start = this.#take(pageCount);
    }
    this.#words.set(words, start * WORDS_PER_PAGE);
    for (let page = start; page < start + pageCount; page += 1) this.#origins.set(origin, page * 4);
    this.#upload(start, pageCount);
    return start;
  }

  /** Gives the pages of a chunk of `quadCount` quads back. */
  remove(startPage: number, quadCount: number): void {
    const run = { start: startPage, count: Math.ceil(quadCount / PAGE_QUADS) };
    let at = this.#free.findIndex((free) => free.start > run.start);
    if (at < 0) at = this.#free.length;
    this.#free.splice(at, 0, run);
    this.#mergeWithNext(at);
    if (at > 0) this.#mergeWithNext(at - 1);
  }

  dispose(): void {
    this.quads.dispose();
    this.pages.dispose();
  }

  #take(pageCount: number): number {
    const at = this.#free.findIndex((free) => free.count >= pageCount);
    const run = this.#free[at];
    if (!run) return -1;
    const start = run.start;
    run.start += pageCount;
    run.count -= pageCount;
    if (run.count === 0) this.#free.splice(at, 1);
    return start;
  }

  #mergeWithNext(at: number): void {
    const run = this.#free[at];
    const next = this.#free[at + 1];
    if (!run || !next || run.start + run.count !== next.start) return;
    run.count += next.count;
    this.#free.splice(at + 1, 1);
  }

  #grow(): void {
    const before = this.pageCount;
    const words = new Uint32Array(this.#words.length * 2);
    words.set(this.#words);
    const origins = new Float32Array(this.#origins.length * 2);
    origins.set(this.#origins);
    this.dispose();
    this.#words = words;
    this.#origins = origins;
    this.quads = quadTexture(words);
    this.pages = pageTexture(origins);
    this.generation += 1;
    // A texture with ranges to update gets only these, so what was copied needs ranges too.
    this.#upload(0, before);
    this.#free.push({ start: before, count: before });
    this.#mergeWithNext(this.#free.length - 2);
  }

  /** Marks the rows of both textures that changed, a range a row as three.js wants them. */
  #upload(startPage: number, pageCount: number): void {
    let page = startPage;
    const end = startPage + pageCount;
    while (page < end) {
      const rowEnd = Math.min(end, (Math.floor(page / PAGES_PER_ROW) + 1) * PAGES_PER_ROW);
      this.quads.addUpdateRange(page * WORDS_PER_PAGE, (rowEnd - page) * WORDS_PER_PAGE);
      page = rowEnd;
    }
    page = startPage;
    while (page < end) {
      const rowEnd = Math.min(end, (Math.floor(page / PAGE_ROW_TEXELS) + 1) * PAGE_ROW_TEXELS);
      this.pages.addUpdateRange(page * 4, (rowEnd - page) * 4);
      page = rowEnd;
    }
    this.quads.needsUpdate = true;
    this.pages.needsUpdate = true;
  }
}

function quadTexture(words: Uint32Array<ArrayBuffer>): DataTexture {
  const texture = new DataTexture(words, QUAD_ROW_TEXELS, words.length / WORDS_PER_ROW);
  texture.format = RGBAIntegerFormat;
  texture.type = UnsignedIntType;
  texture.internalFormat = "RGBA32UI";
  return unfiltered(texture);
}

function pageTexture(origins: Float32Array<ArrayBuffer>): DataTexture {
  const texture = new DataTexture(origins, PAGE_ROW_TEXELS, origins.length / 4 / PAGE_ROW_TEXELS);
  texture.format = RGBAFormat;
  texture.type = FloatType;
  return unfiltered(texture);
}

function unfiltered(texture: DataTexture): DataTexture {
  texture.magFilter = NearestFilter;
  texture.minFilter = NearestFilter;
  texture.needsUpdate = true;
  return texture;
}

function roundedUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
