//! Shaders of solid terrain. Each vertex fetches its quad from the arena by `gl_VertexID`.

import { FINISH, HEAD, NOISE, SHADOW, SKY } from "../glsl/common";
import { BLOCK_LOOK_COUNT } from "../texture/block_textures";
import { PAGE_QUADS, PAGE_ROW_TEXELS, QUAD_ROW_TEXELS } from "./quad_arena";

/** Unpacks quads; the layout is that of crate `spatial`, file mesh.rs. */
export const QUAD_FETCH = /* glsl */ `
uniform usampler2D uQuads;
uniform sampler2D uPages;
uniform vec4 uLooks[${BLOCK_LOOK_COUNT}];

struct Corner {
  vec3 world;
  vec3 normal;
  vec3 spread;    // from the quad's middle outwards, along its plane
  vec2 texel;     // in blocks
  float occlusion;
  int block;
  int face;
};

// Counter-clockwise; the two triangles meet along the diagonal from the first to the third.
const ivec2 CORNERS[4] = ivec2[4](ivec2(0, 0), ivec2(1, 0), ivec2(1, 1), ivec2(0, 1));

Corner fetchCorner() {
  int quad = gl_VertexID >> 2;
  int vertex = gl_VertexID & 3;
  int texel = quad >> 1;
  uvec4 pair = texelFetch(
    uQuads, ivec2(texel % ${QUAD_ROW_TEXELS}, texel / ${QUAD_ROW_TEXELS}), 0);
  uvec2 word = (quad & 1) == 0 ? pair.xy : pair.zw;
  int page = quad / ${PAGE_QUADS};
  vec3 origin = texelFetch(
    uPages, ivec2(page % ${PAGE_ROW_TEXELS}, page / ${PAGE_ROW_TEXELS}), 0).xyz;

  vec3 lowest = vec3(word.x & 63u, (word.x >> 6) & 63u, (word.x >> 12) & 63u);
  vec2 size = vec2((word.x >> 18) & 63u, (word.x >> 24) & 63u);
  int face = int((word.y >> 16) & 7u);
  vec4 shade = vec4(
    (word.y >> 19) & 3u, (word.y >> 21) & 3u, (word.y >> 23) & 3u, (word.y >> 25) & 3u);

  // Starting at the next corner turns the diagonal, where the light bends along the other one.
  int first = shade.x + shade.z < shade.y + shade.w ? 1 : 0;
  bool isMirrored = face == 0 || face == 2 || face == 5;
  ivec2 corner = CORNERS[(first + (isMirrored ? vertex : 4 - vertex)) & 3];
  vec2 along = vec2(corner) * size;

  Corner result;
  result.face = face;
  result.block = min(int(word.y & 0xffffu), ${BLOCK_LOOK_COUNT - 1});
  result.occlusion =
    corner.y == 0 ? (corner.x == 0 ? shade.x : shade.y) : (corner.x == 0 ? shade.w : shade.z);
  int axis = face >> 1;
  float outward = float(face & 1);
  vec3 offset;
  if (axis == 0) {
    offset = vec3(outward, along.y, along.x);
    result.normal = vec3(outward * 2.0 - 1.0, 0.0, 0.0);
  } else if (axis == 1) {
    offset = vec3(along.x, outward, along.y);
    result.normal = vec3(0.0, outward * 2.0 - 1.0, 0.0);
  } else {
    offset = vec3(along.x, along.y, outward);
    result.normal = vec3(0.0, 0.0, outward * 2.0 - 1.0);
  }
  result.world = origin + lowest + offset;
  vec2 away = vec2(corner) * 2.0 - 1.0;
  result.spread = axis == 0 ? vec3(0.0, away.yx) : axis == 1 ? vec3(away.x, 0.0, away.y) : vec3(away, 0.0);
  vec3 block = lowest + offset;
  result.texel = axis == 1 ? block.xz : vec2(axis == 0 ? block.z : block.x, -block.y);
  return result;
}
`;

export const TERRAIN_VERTEX = /* glsl */ `
${HEAD}
${QUAD_FETCH}
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
uniform vec3 cameraPosition;
out vec3 vWorld;
out vec2 vTexel;
out float vOcclusion;
flat out vec3 vNormal;
flat out float vLayer;
flat out int vFlags;

void main() {
  Corner corner = fetchCorner();
  vec4 look = uLooks[corner.block];
  vFlags = int(look.w);
  vLayer = corner.face == 3 ? look.x : corner.face == 2 ? look.z : look.y;
  vTexel = corner.texel;
  vNormal = corner.normal;
  vOcclusion = corner.occlusion / 3.0;
  // Neighbouring quads of unlike sizes would let light through where their edges meet: each reaches
  // a fraction of a pixel over the next.
  vWorld = corner.world + corner.spread * 0.0005 * distance(corner.world, cameraPosition);
#ifdef FINE_SHADING
  if ((vFlags & 8) != 0) {
    vec3 p = vWorld;
    vWorld += 0.05 * vec3(
      sin(uTime * 1.6 + p.x * 0.8 + p.y), 0.6 * sin(uTime * 1.3 + p.z), cos(uTime * 1.4 + p.z * 0.7 + p.y));
  }
#endif
  gl_Position = projectionMatrix * viewMatrix * vec4(vWorld, 1.0);
}
`;

export const TERRAIN_FRAGMENT = /* glsl */ `
${HEAD}
${NOISE}
${SKY}
${SHADOW}
${FINISH}
uniform sampler2DArray uTextures;
uniform vec3 cameraPosition;
in vec3 vWorld;
in vec2 vTexel;
in float vOcclusion;
flat in vec3 vNormal;
flat in float vLayer;
flat in int vFlags;
out vec4 outColour;

/** The picture of a block, turned and mirrored by the block's hash so that no pattern repeats. */
vec4 blockTexel(vec3 block, float seed) {
#ifdef FINE_SHADING
  bool turns = (vFlags & 1) != 0 && (vNormal.y != 0.0 || (vFlags & 2) == 0);
  if (turns) {
    vec2 gradX = dFdx(vTexel);
    vec2 gradY = dFdy(vTexel);
    vec2 uv = fract(vTexel);
    if (seed > 0.5) { uv = uv.yx; gradX = gradX.yx; gradY = gradY.yx; }
    float mirror = fract(seed * 7.0) > 0.5 ? -1.0 : 1.0;
    uv.x *= mirror; gradX.x *= mirror; gradY.x *= mirror;
    return textureGrad(uTextures, vec3(uv, vLayer), gradX, gradY);
  }
#endif
  return texture(uTextures, vec3(vTexel, vLayer));
}

void main() {
  vec3 block = floor(vWorld - vNormal * 0.5);
  float seed = hash31(block);
  vec4 texel = blockTexel(block, seed);
  if ((vFlags & 8) != 0 && texel.a < 0.5) discard;
  vec3 albedo = texel.rgb * (0.92 + 0.16 * seed);
  if ((vFlags & 2) != 0) {
    float meadow = valueNoise(vWorld.xz * 0.045) * 0.65 + valueNoise(vWorld.xz * 0.19) * 0.35;
    vec3 tint = mix(vec3(1.16, 0.97, 0.7), vec3(0.8, 0.92, 0.82), meadow);
    bool green = vNormal.y > 0.5 || (vFlags & 8) != 0 || texel.g > texel.r * 1.05;
    albedo *= green ? tint : vec3(1.0);
  }

  float facing = max(dot(vNormal, uSunDirection), 0.0);
  float direct = facing > 0.0 ? facing * sunLight(vWorld, vNormal) : 0.0;
  float occlusion = mix(0.36, 1.0, vOcclusion * (1.6 - 0.6 * vOcclusion));
  float up = vNormal.y * 0.5 + 0.5;
  vec3 ambient = mix(uGroundLight, uSkyLight, up) * (1.0 + 0.08 * vNormal.x);
  vec3 light = ambient * occlusion + uSunColour * direct * mix(0.72, 1.0, vOcclusion);
  light += uGroundLight * 0.35 * (1.0 - up) * occlusion + flashLight(vWorld) * occlusion;
  vec3 colour = albedo * light;
  if ((vFlags & 4) != 0) colour += albedo * vec3(3.2, 2.2, 1.1);
  outColour = finish(fogged(colour, vWorld - cameraPosition, cameraPosition.y), 1.0);
}
`;

/** Depth only, for the shadow map of the land. */
export const TERRAIN_DEPTH_VERTEX = /* glsl */ `
${HEAD}
${QUAD_FETCH}
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
void main() {
  gl_Position = projectionMatrix * viewMatrix * vec4(fetchCorner().world, 1.0);
}
`;

export const DEPTH_FRAGMENT = /* glsl */ `
precision highp float;
out vec4 outColour;
void main() { outColour = vec4(1.0); }
`;

export const BLENDED_FRAGMENT = /* glsl */ `
${HEAD}
${NOISE}
${SKY}
${SHADOW}
${FINISH}
uniform sampler2DArray uTextures;
uniform vec3 cameraPosition;
in vec3 vWorld;
in vec2 vTexel;
in float vOcclusion;
flat in vec3 vNormal;
flat in float vLayer;
flat in int vBlock;
out vec4 outColour;

vec3 waveNormal(vec2 at) {
#ifdef FINE_SHADING
  vec2 e = vec2(0.12, 0.0);
  vec2 drift = vec2(uTime * 0.35, uTime * 0.22);
  #define WAVE(p) (valueNoise((p) * 0.9 + drift) + 0.5 * valueNoise((p) * 2.3 - drift * 1.7) \\
    + 0.25 * valueNoise((p) * 5.1 + drift * 2.1))
  float here = WAVE(at);
  return normalize(vec3(here - WAVE(at + e.xy), 0.85, here - WAVE(at + e.yx)));
#else
  return normalize(vec3(
    0.05 * sin(at.x * 1.7 + uTime * 1.2), 1.0, 0.05 * sin(at.y * 2.1 + uTime * 1.5)));
#endif
}

/** Foam where the surface meets what stands out of it, in shreds that come and go. */
float foam() {
#ifdef FINE_SHADING
  float near = smoothstep(0.1, 0.67, 1.0 - vOcclusion);
  float shreds = valueNoise(floor(vWorld.xz * 8.0) * 0.55 + vec2(uTime * 0.5, -uTime * 0.3));
  float swell = 0.5 + 0.5 * sin(uTime * 1.1 + vWorld.x * 0.35 + vWorld.z * 0.27);
  return vNormal.y > 0.5 ? smoothstep(0.45, 0.6, near * (0.7 + 0.3 * swell) * (0.45 + shreds)) : 0.0;
#else
  return 0.0;
#endif
}

void waterColour(vec3 toPoint, out vec3 colour, out float alpha) {
  vec3 view = normalize(toPoint);
  vec3 normal = vNormal.y > 0.5 ? waveNormal(vWorld.xz) : vNormal;
  if (dot(normal, view) > 0.0) normal = -normal;
  float fresnel = 0.03 + 0.97 * pow(1.0 - max(dot(-view, normal), 0.0), 5.0);
  vec3 mirrored = reflect(view, normal);
  mirrored.y = abs(mirrored.y);
  float lit = sunLight(vWorld, vec3(0.0, 1.0, 0.0));
  vec3 body = mix(vec3(0.018, 0.085, 0.1), vec3(0.05, 0.17, 0.16), normal.x * 0.5 + 0.5);
  body *= (uSkyLight + uSunColour * 0.3 * lit) * 1.3;
  float glint = pow(max(dot(mirrored, uSunDirection), 0.0), 260.0) * 3.2 * lit;
  colour = mix(body, skyColour(mirrored) * 0.92, fresnel) + uSunColour * glint;
  colour += flashLight(vWorld) * 0.1;
  alpha = clamp(mix(0.78, 1.0, fresnel) + glint, 0.0, 1.0);
  float white = foam();
  colour = mix(colour, 0.62 * (uSkyLight + uSunColour * 0.35 * lit), white);
  alpha = max(alpha, white);
}

void main() {
  vec3 toPoint = vWorld - cameraPosition;
  vec3 colour;
  float alpha;
  if (vBlock == 12) {
    waterColour(toPoint, colour, alpha);
  } else {
    vec4 texel = texture(uTextures, vec3(vTexel, vLayer));
    float facing = max(dot(vNormal, uSunDirection), 0.0) * sunLight(vWorld, vNormal);
    colour = texel.rgb * (uSkyLight + uSunColour * facing);
    float grazing = pow(1.0 - abs(dot(normalize(toPoint), vNormal)), 4.0);
    colour += skyColour(reflect(normalize(toPoint), vNormal)) * grazing * 0.6;
    alpha = clamp(texel.a + grazing * 0.4, 0.0, 1.0);
  }
  outColour = finish(fogged(colour, toPoint, cameraPosition.y), alpha);
}
`;

export const BLENDED_VERTEX = /* glsl */ `
${HEAD}
${QUAD_FETCH}
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
out vec3 vWorld;
out vec2 vTexel;
out float vOcclusion;
flat out vec3 vNormal;
flat out float vLayer;
flat out int vBlock;

void main() {
  Corner corner = fetchCorner();
  vBlock = corner.block;
  vLayer = uLooks[corner.block].y;
  vTexel = corner.texel;
  vNormal = corner.normal;
  vOcclusion = corner.occlusion / 3.0;
  vWorld = corner.world;
  if (corner.block == 12) {
    // The surface lies a little below the rim; its sides end there too.
    if (corner.face == 3) vWorld.y -= 0.12;
    vWorld -= corner.normal * (corner.face == 3 ? 0.0 : 0.002);
  }
  gl_Position = projectionMatrix * viewMatrix * vec4(vWorld, 1.0);
}
`;
