//! What the game draws, in the order of a frame. The only importer of three.js is this folder.

import { Frustum, Matrix4, Scene, WebGLRenderer } from "three";

import type { FrameView, Renderer } from "../world/state";
import { Bodies } from "./bodies/bodies";
import { ViewModel } from "./bodies/view_model";
import { ViewCamera } from "./camera";
import { Effects } from "./effects/effects";
import { createSharedUniforms } from "./glsl/uniforms";
import { Post } from "./post/post";
import { QUALITIES, type Quality } from "./quality";
import { SunShadows } from "./shadow/sun_shadows";
import { Sky } from "./sky/sky";
import { Terrain } from "./terrain/terrain";
import { paintBlockTextures } from "./texture/block_textures";
import { defineShading } from "./shading";

export function createRenderer(canvas: HTMLCanvasElement): Renderer {
  return new GameRenderer(canvas);
}

class GameRenderer implements Renderer {
  readonly figures = { drawCalls: 0, triangles: 0, bodiesDrawn: 0, chunks: 0 };
  readonly #canvas: HTMLCanvasElement;
  readonly #gl: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #shared = createSharedUniforms();
  readonly #camera = new ViewCamera();
  readonly #frustum = new Frustum();
  readonly #toClip = new Matrix4();
  readonly #textures = paintBlockTextures();
  readonly #sky: Sky;
  readonly #terrain: Terrain;
  readonly #bodies: Bodies;
  readonly #viewModel: ViewModel;
  readonly #effects: Effects;
  readonly #shadows: SunShadows;
  #quality: Quality | null = null;
  #post: Post | null = null;
  /** Told by the browser: asking for the size each frame would cost a layout. */
  #isResized = true;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#gl = new WebGLRenderer({ canvas, antialias: true, powerPreference: "high-performance" });
    this.#gl.autoClear = false;
    this.#gl.info.autoReset = false;
    this.#gl.sortObjects = false;
    // Each question about a shader waits for the GPU. A faulty one is seen where it is written.
    this.#gl.debug.checkShaderErrors = import.meta.env.DEV;
    canvas.addEventListener("webglcontextrestored", () => this.#shadows.forget());
    new ResizeObserver(() => (this.#isResized = true)).observe(canvas);
    this.#scene.matrixWorldAutoUpdate = false;
    this.#sky = new Sky(this.#shared);
    this.#terrain = new Terrain(this.#shared, this.#textures);
    this.#bodies = new Bodies(this.#shared);
    this.#viewModel = new ViewModel(this.#shared, this.#textures);
    this.#effects = new Effects(this.#shared, this.#textures, this.#bodies.memory, this.#camera);
    this.#shadows = new SunShadows(this.#shared, this.#terrain, this.#bodies);
    // Drawn in this order: three.js is told not to sort.
    const { solid, blended } = this.#terrain;
    const { full, far, blobs } = this.#bodies;
    const { solid: things, blended: glimmers } = this.#effects;
    this.#scene.add(this.#viewModel.mesh, solid, full, far, this.#terrain.meadow.mesh, ...things);
    this.#scene.add(this.#sky.mesh, blobs, blended, ...glimmers);
  }

  draw(view: FrameView): void {
    this.#adopt(view);
    this.#takeTerrain(view);
    this.#camera.follow(view);
    const camera = this.#camera.camera;
    this.#shared.uTime.value = (view.nowMs / 1_000) % 3_600;
    this.#shared.uUnderwater.value = view.camera.underwater ? 1 : 0;
    this.#shared.uFogDistance.value = view.settings.viewDistanceBlocks;
    this.#toClip.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    this.#frustum.setFromProjectionMatrix(this.#toClip);
    this.#terrain.cull(this.#frustum, camera.position, view.settings.viewDistanceBlocks);
    this.#bodies.update(view, this.#frustum, camera.position);
    this.#viewModel.update(view, camera.matrixWorld.elements);
    this.#effects.update(view);
    this.#sky.follow(camera);
    this.#gl.info.reset();
    this.#shadows.draw(this.#gl, camera.position);
    this.#gl.setRenderTarget(this.#post?.target ?? null);
    this.#gl.clear();
    this.#gl.render(this.#scene, camera);
    this.#post?.draw(this.#gl);
    this.#count();
  }

  reset(): void {
    this.#terrain.clear();
    this.#bodies.reset();
    this.#effects.reset();
  }

  #takeTerrain(view: FrameView): void {
    const { removed, ready } = view.terrain;
    for (const chunk of removed) this.#terrain.remove(chunk);
    for (const chunk of ready) this.#terrain.put(chunk);
    for (const chunk of removed) this.#shadows.noticeChange(chunk);
    for (const chunk of ready) this.#shadows.noticeChange(chunk);
  }

  /** Follows the canvas's size and the chosen preset. */
  #adopt(view: FrameView): void {
    const quality = QUALITIES[view.settings.quality];
    if (quality !== this.#quality) {
      this.#quality = quality;
      defineShading(this.#scene, quality);
      this.#shadows.adopt(quality);
      this.#bodies.adopt(quality);
      this.#effects.adopt(quality);
      this.#terrain.meadow.adopt(quality.meadowDistance);
      this.#textures.anisotropy = quality.anisotropy;
      this.#textures.needsUpdate = true;
      this.#post?.dispose();
      this.#post = quality.post ? new Post(quality.sampleCount) : null;
      this.#isResized = true;
    }
    if (this.#isResized) this.#resize(quality);
  }

  #resize(quality: Quality): void {
    this.#isResized = false;
    const { clientWidth, clientHeight } = this.#canvas;
    this.#gl.setPixelRatio(Math.min(window.devicePixelRatio, quality.pixelRatioMax));
    this.#gl.setSize(clientWidth, clientHeight, false);
    this.#post?.resize(this.#canvas.width, this.#canvas.height);
    this.#camera.resize(clientWidth / Math.max(1, clientHeight));
  }

  #count(): void {
    this.figures.drawCalls = this.#gl.info.render.calls;
    this.figures.triangles = this.#terrain.quadCount * 2;
    this.figures.bodiesDrawn = this.#bodies.drawnCount;
    this.figures.chunks = this.#terrain.chunkCount;
  }
}
