//! The sky behind everything: gradient, sun disc, drifting clouds. One triangle over the screen.

import {
  BufferAttribute,
  BufferGeometry,
  GLSL3,
  Matrix4,
  Mesh,
  type PerspectiveCamera,
  RawShaderMaterial,
} from "three";

import { FINISH, HEAD, NOISE, SKY } from "../glsl/common";
import type { SharedUniforms } from "../glsl/uniforms";

const VERTEX = /* glsl */ `
${HEAD}
in vec2 position;
uniform mat4 uUnproject;
out vec3 vDirection;
void main() {
  vec4 far = uUnproject * vec4(position, 1.0, 1.0);
  vDirection = far.xyz / far.w;
  gl_Position = vec4(position, 1.0, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
${HEAD}
${NOISE}
${SKY}
${FINISH}
in vec3 vDirection;
out vec4 outColour;

float cloudField(vec2 p) {
  float sum = 0.0;
  float weight = 0.5;
  for (int octave = 0; octave < 5; octave++) {
    sum += weight * valueNoise(p);
    p = mat2(1.6, 1.2, -1.2, 1.6) * p + 3.7;
    weight *= 0.5;
  }
  return sum;
}

vec3 withClouds(vec3 sky, vec3 direction) {
  if (direction.y < 0.02) return sky;
  vec2 at = direction.xz / (direction.y + 0.12) * 1.35 + uTime * vec2(0.006, 0.003);
  float here = cloudField(at);
  float cover = smoothstep(0.5, 0.72, here);
  if (cover <= 0.0) return sky;
  vec2 sunwards = normalize(uSunDirection.xz) * 0.11;
  float thick = clamp((cloudField(at + sunwards) - here) * 4.0 + 0.5, 0.0, 1.0);
  float near = pow(max(dot(direction, uSunDirection), 0.0), 5.0);
  vec3 lit = mix(vec3(1.05, 0.93, 0.82), vec3(2.1, 1.5, 0.9), near);
  vec3 shade = mix(vec3(0.46, 0.5, 0.6), vec3(0.8, 0.56, 0.42), near);
  // Two steps of tone, as a brush would lay them.
  float tone = mix(thick, smoothstep(0.35, 0.6, thick), 0.6);
  vec3 cloud = mix(lit, shade, tone);
  return mix(sky, cloud, cover * smoothstep(0.02, 0.22, direction.y) * 0.92);
}

void main() {
  vec3 direction = normalize(vDirection);
  vec3 colour = skyColour(direction);
#ifdef FINE_SHADING
  colour = withClouds(colour, direction);
#endif
  float towards = dot(direction, uSunDirection);
  colour += vec3(9.0, 6.4, 3.4) * smoothstep(0.9993, 0.99975, towards);
  colour += uGlow * 0.8 * pow(max(towards, 0.0), 90.0);
  colour = mix(colour, vec3(0.02, 0.11, 0.15), uUnderwater);
  outColour = finish(colour, 1.0);
}
`;

export class Sky {
  readonly mesh: Mesh<BufferGeometry, RawShaderMaterial>;
  #unproject = new Matrix4();

  constructor(shared: SharedUniforms) {
    const geometry = new BufferGeometry();
    geometry.setAttribute(
      "position",
      new BufferAttribute(new Float32Array([-1, -1, 3, -1, -1, 3]), 2),
    );
    this.mesh = new Mesh(
      geometry,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: { ...shared, uUnproject: { value: this.#unproject } },
        depthWrite: false,
      }),
    );
    this.mesh.frustumCulled = false;
    this.mesh.matrixAutoUpdate = false;
  }

  /** Turns the sky with the camera, without its position. */
  follow(camera: PerspectiveCamera): void {
    this.#unproject.copy(camera.matrixWorld).setPosition(0, 0, 0);
    this.#unproject.multiply(camera.projectionMatrixInverse);
  }
}
