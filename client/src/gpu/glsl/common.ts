//! GLSL shared by all materials: hashes and noise, sky and fog colours, sun shadows, tone mapping.
//! Every material is a raw GLSL 3 shader; colours are linear until `finish`.

/** Head of every shader: precision and the uniforms that one object feeds to all materials. */
export const HEAD = /* glsl */ `
precision highp float;
precision highp int;
precision highp sampler2DArray;
precision highp sampler2DShadow;
precision highp usampler2D;

uniform float uTime;          // seconds
uniform vec3 uSunDirection;   // towards the sun
uniform vec3 uSunColour;
uniform vec3 uSkyLight;       // ambient from above
uniform vec3 uGroundLight;    // ambient from below
uniform vec3 uZenith;
uniform vec3 uHorizon;
uniform vec3 uGlow;           // horizon towards the sun
uniform float uFogDistance;   // metres to full fog
uniform float uUnderwater;    // 1 when the camera is in water
uniform vec3 uFlashColour;    // light of the latest explosion
uniform vec3 uFlashPlace;

vec3 flashLight(vec3 world) {
  vec3 away = world - uFlashPlace;
  return uFlashColour / (1.0 + dot(away, away) * 0.12);
}
`;

export const NOISE = /* glsl */ `
float hash21(vec2 p) {
  vec3 q = fract(vec3(p.xyx) * 0.1031);
  q += dot(q, q.yzx + 33.33);
  return fract((q.x + q.y) * q.z);
}
float hash31(vec3 p) {
  p = fract(p * 0.1031);
  p += dot(p, p.zyx + 31.32);
  return fract((p.x + p.y) * p.z);
}
float valueNoise(vec2 p) {
  vec2 i = floor(p);
  vec2 f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(
    mix(hash21(i), hash21(i + vec2(1.0, 0.0)), f.x),
    mix(hash21(i + vec2(0.0, 1.0)), hash21(i + vec2(1.0, 1.0)), f.x),
    f.y);
}
`;

/** Sky gradient and the fog that fades into it, so that far land melts into the dome. */
export const SKY = /* glsl */ `
vec3 skyColour(vec3 direction) {
  float height = clamp(direction.y, 0.0, 1.0);
  float towardsSun = max(dot(direction, uSunDirection), 0.0);
  vec2 flatDirection = normalize(direction.xz + vec2(1e-5));
  float sunSide = 0.5 + 0.5 * dot(flatDirection, normalize(uSunDirection.xz));
  vec3 horizon = mix(uHorizon, uGlow, pow(sunSide, 3.0));
  vec3 colour = mix(horizon, uZenith, 1.0 - pow(1.0 - height, 2.6));
  colour += uGlow * 0.35 * pow(towardsSun, 6.0);
  return colour;
}
vec3 fogged(vec3 colour, vec3 toPoint, float cameraHeight) {
  float span = length(toPoint);
  vec3 direction = toPoint / max(span, 1e-4);
  float far = smoothstep(uFogDistance * 0.35, uFogDistance, span);
  float valley = clamp((52.0 - (cameraHeight + toPoint.y)) / 46.0, 0.0, 1.0);
  float haze = 1.0 - exp(-span * (0.0007 + 0.0010 * valley));
  float amount = clamp(max(far, haze), 0.0, 1.0);
  vec3 air = skyColour(vec3(direction.x, max(direction.y, 0.0) * 0.6 + 0.02, direction.z));
  vec3 result = mix(colour, air, amount);
  vec3 deep = vec3(0.02, 0.11, 0.15);
  return mix(result, mix(deep, colour * vec3(0.3, 0.7, 0.8), exp(-span * 0.11)), uUnderwater);
}
`;

/** Sun shadow: a wide map of the land that is seldom drawn again, a near one of the bodies. */
export const SHADOW = /* glsl */ `
uniform sampler2DShadow uLandShadow;
uniform sampler2DShadow uBodyShadow;
uniform mat4 uLandShadowMatrix;
uniform mat4 uBodyShadowMatrix;
uniform float uLandShadowTexel;

float shadowTap(sampler2DShadow map, vec3 at) {
  return texture(map, at);
}
float mapLight(sampler2DShadow map, mat4 matrix, vec3 world, float texel) {
  vec3 at = (matrix * vec4(world, 1.0)).xyz;
  vec2 edge = abs(at.xy - 0.5);
  if (max(edge.x, edge.y) > 0.495 || at.z > 1.0) return 1.0;
  float light = shadowTap(map, at + vec3(-texel, -texel, 0.0));
  light += shadowTap(map, at + vec3(texel, -texel, 0.0));
  light += shadowTap(map, at + vec3(-texel, texel, 0.0));
  light += shadowTap(map, at + vec3(texel, texel, 0.0));
  float fade = smoothstep(0.42, 0.495, max(edge.x, edge.y));
  return mix(light * 0.25, 1.0, fade);
}
/** Shadows of the drifting clouds. */
float cloudShade(vec3 world) {
#ifdef FINE_SHADING
  vec2 at = (world.xz - uSunDirection.xz / uSunDirection.y * world.y) * 0.011 + uTime * 0.02;
  float wave = sin(at.x + 1.7 * sin(at.y * 0.7)) * sin(at.y * 1.1 + 1.3 * sin(at.x * 0.6));
  return mix(0.5, 1.0, smoothstep(-0.55, 0.05, wave));
#else
  return 1.0;
#endif
}
float sunLight(vec3 world, vec3 normal) {
#ifdef LAND_SHADOW
  float light = cloudShade(world) * mapLight(
    uLandShadow, uLandShadowMatrix, world + normal * 0.16, uLandShadowTexel * 0.75);
#ifdef BODY_SHADOW
  light = min(light, mapLight(uBodyShadow, uBodyShadowMatrix, world + normal * 0.04, 0.0004));
#endif
  return light;
#else
  return cloudShade(world);
#endif
}
`;

/** Last step of a fragment: film curve, warm grade and sRGB. */
export const FINISH = /* glsl */ `
vec3 filmCurve(vec3 x) {
  return clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
}
vec3 encoded(vec3 colour) {
  vec3 film = filmCurve(colour * 0.68);
  float grey = dot(film, vec3(0.2126, 0.7152, 0.0722));
  film = mix(vec3(grey), film, 0.96);
  film = mix(film, film * vec3(1.03, 1.0, 0.95), 0.6);
  film = clamp(film, 0.0, 1.0);
  return mix(film * 12.92, 1.055 * pow(film, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, film));
}
vec4 finish(vec3 colour, float alpha) {
#ifdef HDR_TARGET
  return vec4(min(colour, vec3(48.0)), alpha);
#else
  return vec4(encoded(colour), alpha);
#endif
}
`;
