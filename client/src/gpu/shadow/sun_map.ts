//! One depth map from the sun over a square around a point, snapped to whole texels so that shadows
//! do not crawl when the player walks.

import {
  DepthTexture,
  Frustum,
  LessEqualCompare,
  LinearFilter,
  Matrix4,
  OrthographicCamera,
  RGBAFormat,
  UnsignedByteType,
  UnsignedIntType,
  Vector3,
  WebGLRenderTarget,
  type Scene,
  type WebGLRenderer,
} from "three";

/** Metres that the map reaches towards the sun and away from it. */
const DEPTH_REACH = 260;

export class SunMap {
  readonly target: WebGLRenderTarget;
  readonly camera: OrthographicCamera;
  readonly frustum = new Frustum();
  /** World to texture coordinates and depth. */
  readonly matrix: Matrix4;
  readonly centre = new Vector3(Infinity, Infinity, Infinity);
  readonly radius: number;
  readonly #sun: Vector3;
  readonly #texels: number;
  readonly #snapped = new Vector3();
  readonly #turn = new Matrix4();
  readonly #turnBack = new Matrix4();

  constructor(texels: number, radius: number, sun: Vector3, matrix: Matrix4) {
    const depth = new DepthTexture(texels, texels, UnsignedIntType);
    depth.compareFunction = LessEqualCompare;
    depth.magFilter = LinearFilter;
    depth.minFilter = LinearFilter;
    this.target = new WebGLRenderTarget(texels, texels, {
      depthTexture: depth,
      format: RGBAFormat,
      type: UnsignedByteType,
    });
    this.camera = new OrthographicCamera(-radius, radius, radius, -radius, 0, DEPTH_REACH * 2);
    this.camera.matrixAutoUpdate = false;
    this.matrix = matrix;
    this.radius = radius;
    this.#sun = sun;
    this.#texels = texels;
    this.#turn.lookAt(sun, new Vector3(), new Vector3(0, 1, 0));
    this.#turnBack.copy(this.#turn).invert();
  }

  /** Moves the map over `point`. */
  centreOn(point: Vector3): void {
    const texel = (this.radius * 2) / this.#texels;
    this.centre.copy(point);
    const snapped = this.#snapped.copy(point).applyMatrix4(this.#turnBack);
    snapped.x = Math.round(snapped.x / texel) * texel;
    snapped.y = Math.round(snapped.y / texel) * texel;
    snapped.applyMatrix4(this.#turn).addScaledVector(this.#sun, DEPTH_REACH);
    const camera = this.camera;
    camera.matrix.copy(this.#turn).setPosition(snapped);
    camera.matrixWorld.copy(camera.matrix);
    camera.matrixWorldInverse.copy(camera.matrixWorld).invert();
    this.matrix.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    this.frustum.setFromProjectionMatrix(this.matrix);
    this.matrix.premultiply(CLIP_TO_TEXTURE);
  }

  /** Draws casters into the map. */
  draw(renderer: WebGLRenderer, casters: Scene): void {
    renderer.setRenderTarget(this.target);
    renderer.clear();
    renderer.render(casters, this.camera);
    renderer.setRenderTarget(null);
  }

  dispose(): void {
    this.target.depthTexture?.dispose();
    this.target.dispose();
  }
}

const CLIP_TO_TEXTURE = new Matrix4().set(
  0.5,
  0,
  0,
  0.5,
  0,
  0.5,
  0,
  0.5,
  0,
  0,
  0.5,
  0.5,
  0,
  0,
  0,
  1,
);
