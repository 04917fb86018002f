//! The last passes of the higher presets: the scene is drawn to a floating-point target, bright
//! parts bleed a little, the corners darken, and the film curve is applied at the end.

import {
  AdditiveBlending,
  type Blending,
  BufferAttribute,
  BufferGeometry,
  GLSL3,
  HalfFloatType,
  LinearFilter,
  Mesh,
  NoBlending,
  OrthographicCamera,
  RawShaderMaterial,
  Scene,
  type Texture,
  Vector2,
  WebGLRenderTarget,
  type WebGLRenderer,
} from "three";

import { FINISH } from "../glsl/common";

const BLOOM_LEVELS = 5;

const VERTEX = /* glsl */ `
precision highp float;
in vec2 position;
out vec2 vUv;
void main() {
  vUv = position * 0.5 + 0.5;
  gl_Position = vec4(position, 0.0, 1.0);
}
`;

/** Halves a picture; the first time only what is brighter than white passes. */
const DOWN_FRAGMENT = /* glsl */ `
precision highp float;
uniform sampler2D uPicture;
uniform vec2 uTexel;
uniform float uThreshold;
in vec2 vUv;
out vec4 outColour;
void main() {
  vec3 sum = texture(uPicture, vUv).rgb * 4.0;
  sum += texture(uPicture, vUv + uTexel * vec2(1.0, 1.0)).rgb;
  sum += texture(uPicture, vUv + uTexel * vec2(-1.0, 1.0)).rgb;
  sum += texture(uPicture, vUv + uTexel * vec2(1.0, -1.0)).rgb;
  sum += texture(uPicture, vUv + uTexel * vec2(-1.0, -1.0)).rgb;
  sum /= 8.0;
  float bright = max(sum.r, max(sum.g, sum.b));
  sum *= uThreshold > 0.0 ? max(bright - uThreshold, 0.0) / max(bright, 1e-3) : 1.0;
  outColour = vec4(min(sum, vec3(24.0)), 1.0);
}
`;

/** Widens a small picture and adds it to the next larger one. */
const UP_FRAGMENT = /* glsl */ `
precision highp float;
uniform sampler2D uPicture;
uniform vec2 uTexel;
in vec2 vUv;
out vec4 outColour;
void main() {
  vec3 sum = vec3(0.0);
  for (int y = -1; y <= 1; y++) {
    for (int x = -1; x <= 1; x++) {
      float weight = (x == 0 ? 2.0 : 1.0) * (y == 0 ? 2.0 : 1.0);
      sum += weight * texture(uPicture, vUv + uTexel * vec2(x, y)).rgb;
    }
  }
  outColour = vec4(sum / 16.0, 1.0);
}
`;

const FINAL_FRAGMENT = /* glsl */ `
precision highp float;
uniform sampler2D uPicture;
uniform sampler2D uBloom;
in vec2 vUv;
out vec4 outColour;
${FINISH}
void main() {
  vec3 colour = texture(uPicture, vUv).rgb + texture(uBloom, vUv).rgb * 0.1;
  vec2 corner = vUv - 0.5;
  colour *= 1.0 - 0.4 * smoothstep(0.3, 1.0, dot(corner, corner) * 2.0);
  outColour = vec4(encoded(colour), 1.0);
}
`;

export class Post {
  /** What the scene is drawn to. */
  readonly target: WebGLRenderTarget;
  #levels: WebGLRenderTarget[];
  #scene = new Scene();
  #camera = new OrthographicCamera();
  #screen: Mesh<BufferGeometry, RawShaderMaterial>;
  #down = passMaterial(DOWN_FRAGMENT, NoBlending);
  #up = passMaterial(UP_FRAGMENT, AdditiveBlending);
  #final = passMaterial(FINAL_FRAGMENT, NoBlending);

  constructor(sampleCount: number) {
    this.target = new WebGLRenderTarget(1, 1, { type: HalfFloatType, samples: sampleCount });
    this.#levels = Array.from({ length: BLOOM_LEVELS }, () => {
      const type = HalfFloatType;
      return new WebGLRenderTarget(1, 1, { type, depthBuffer: false, minFilter: LinearFilter });
    });
    const geometry = new BufferGeometry();
    const corners = new Float32Array([-1, -1, 3, -1, -1, 3]);
    geometry.setAttribute("position", new BufferAttribute(corners, 2));
    this.#screen = new Mesh(geometry, this.#down);
    this.#screen.frustumCulled = false;
    this.#scene.add(this.#screen);
  }

  resize(width: number, height: number): void {
    this.target.setSize(width, height);
    this.#levels.forEach((level, index) => {
      const divisor = 2 ** (index + 1);
      level.setSize(Math.max(1, width / divisor) | 0, Math.max(1, height / divisor) | 0);
    });
  }

  /** Brings the target's picture to the canvas. */
  draw(renderer: WebGLRenderer): void {
    let source = this.target;
    for (const level of this.#levels) {
      const threshold = source === this.target ? 1.6 : 0;
      this.#down.uniforms.uThreshold.value = threshold;
      this.#pass(renderer, this.#down, source, level);
      source = level;
    }
    for (let index = BLOOM_LEVELS - 1; index > 0; index -= 1) {
      this.#pass(renderer, this.#up, this.#levels[index], this.#levels[index - 1]);
    }
    this.#final.uniforms.uBloom.value = this.#levels[0].texture;
    this.#pass(renderer, this.#final, this.target, null);
  }

  dispose(): void {
    for (const target of [this.target, ...this.#levels]) target.dispose();
    for (const material of [this.#down, this.#up, this.#final]) material.dispose();
  }

  #pass(
    renderer: WebGLRenderer,
    material: RawShaderMaterial,
    from: WebGLRenderTarget,
    to: WebGLRenderTarget | null,
  ): void {
    const { uPicture, uTexel } = material.uniforms;
    uPicture.value = from.texture;
    (uTexel.value as Vector2).set(1 / from.width, 1 / from.height);
    this.#screen.material = material;
    renderer.setRenderTarget(to);
    renderer.render(this.#scene, this.#camera);
  }
}

function passMaterial(fragmentShader: string, blending: Blending): RawShaderMaterial {
  return new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader,
    uniforms: {
      uPicture: { value: null as Texture | null },
      uBloom: { value: null as Texture | null },
      uTexel: { value: new Vector2() },
      uThreshold: { value: 0 },
    },
    depthTest: false,
    depthWrite: false,
    blending,
    transparent: true,
  });
}
