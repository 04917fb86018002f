//! Shaders of bodies: interpolate between two samples, pose, colour. The same vertex shader serves
//! near bodies, the sun's map and, with FAR_BODY, those far away.

import { FINISH, HEAD, NOISE, SHADOW, SKY } from "../glsl/common";
import { FAR_POSE } from "./far_pose_glsl";
import { PAINT_GLSL } from "./paint_glsl";
import { POSE } from "./pose_glsl";
import { WORN_GLSL } from "./worn_glsl";

/** What each instance brings; written by body_instances.ts. */
export const INSTANCE = /* glsl */ `
in vec4 iOlder;   // x, y, z, yaw
in vec4 iNewer;
in vec4 iTimes;   // ticks of older and newer; pose + 256 health; house + 2 gear + 512 seed
in vec4 iWalk;    // stride at older and at newer; pace; tick at which the hands' pose began
in vec4 iAges;    // ticks at which the legs' pose began and the last wound came; flags
uniform float uRenderTick;

float sampleAmount() {
  return clamp((uRenderTick - iTimes.x) / max(iTimes.y - iTimes.x, 0.001), 0.0, 1.0);
}
`;

const VERTEX = /* glsl */ `
${HEAD}
${INSTANCE}
in vec3 position;
in vec4 normal;
in vec2 uv;
in uvec4 kind;
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
out vec3 vWorld;
out vec3 vNormal;
out vec2 vUv;
out float vHurt;
out float vHeight;
flat out ivec4 vKind;   // paint, face, house, health
flat out float vSeed;
${WORN_GLSL}
#ifdef FAR_BODY
${FAR_POSE}
mat3 turnY(float a) { float c = cos(a), s = sin(a); return mat3(c, 0, -s, 0, 1, 0, s, 0, c); }
#else
${POSE}
#endif

void main() {
  float amount = sampleAmount();
  vec3 feet = mix(iOlder.xyz, iNewer.xyz, amount);
  float yaw = mix(iOlder.w, iNewer.w, amount);
  int look = int(iTimes.z + 0.5);
  int legs = look & 15;
  int hands = (look >> 4) & 15;
  int identity = int(iTimes.w + 0.5);
  int house = identity & 1;
  int gear = (identity >> 1) & 3;
  int worn = (identity >> 3) & 63;
  float seed = float(identity >> 9) / 4096.0;
  float hurtAge = (uRenderTick - iAges.y) * 0.05;
  float handsAge = (uRenderTick - iWalk.w) * 0.05;
  float legsAge = (uRenderTick - iAges.x) * 0.05;
  vec3 point = position;
  vec3 turned = normal.xyz;
#ifdef FAR_BODY
  int item = int(kind.y);
  if (!farItemShows(item, gear, worn)) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  float walk = mix(iWalk.x, iWalk.y, amount);
  posedFar(legs, hands, int(kind.x), walk, iWalk.z, legsAge, handsAge, point, turned);
#else
  int tool = toolOf(hands, gear);
  if (!itemShows(int(kind.y), tool, gear, hands, worn)) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  BodyTime t = BodyTime(mix(iWalk.x, iWalk.y, amount), iWalk.z, legsAge, handsAge, hurtAge, seed);
  if (hands == 2) bendBow(int(kind.y), int(kind.z), smoothstep(0.0, 0.5, handsAge), point);
  posed(poseOf(legs, hands, tool, t), int(kind.x), clamp(t.pace / 6.0, 0.0, 1.0), point, turned);
#endif
  mat3 facing = turnY(-yaw);
  float size = 0.95 + 0.1 * fract(seed * 17.3);
  vWorld = feet + facing * (point * size);
  vNormal = facing * turned;
  vHeight = position.y;
  vUv = uv;
  vSeed = seed;
  vHurt = 1.0 - smoothstep(0.0, 0.28, hurtAge);
  vKind = ivec4(paintWorn(int(kind.z), gear, worn), int(kind.w), house, look >> 8);
  gl_Position = projectionMatrix * viewMatrix * vec4(vWorld, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
${HEAD}
${NOISE}
${SKY}
${SHADOW}
${FINISH}
${PAINT_GLSL}
uniform vec3 cameraPosition;
in vec3 vWorld;
in vec3 vNormal;
in vec2 vUv;
in float vHurt;
in float vHeight;
flat in ivec4 vKind;
flat in float vSeed;
out vec4 outColour;

void main() {
  float gloss, glow;
  vec3 albedo = paintColour(vKind.x, vUv, vKind.y, vKind.z, vSeed, gloss, glow);
  float brush = 0.88 + 0.24 * valueNoise(vUv * 5.0 + vec2(vSeed * 91.0, float(vKind.x) * 7.0));
  albedo *= brush;
  float worn = 1.0 - float(vKind.w) / 255.0;
  albedo = mix(albedo, vec3(0.17, 0.05, 0.04), 0.35 * worn * step(0.72, valueNoise(vUv * 4.0 + vSeed * 37.0)));

  vec3 normal = normalize(vNormal);
  vec3 toPoint = vWorld - cameraPosition;
  vec3 view = -normalize(toPoint);
  float facing = max(dot(normal, uSunDirection), 0.0);
  float lit = sunLight(vWorld, normal);
  float grounded = 0.55 + 0.45 * smoothstep(0.0, 0.9, vHeight);
  vec3 ambient = mix(uGroundLight, uSkyLight, normal.y * 0.5 + 0.5) * grounded;
  vec3 colour = albedo * (ambient + uSunColour * facing * lit + flashLight(vWorld));
  float rim = pow(1.0 - max(dot(normal, view), 0.0), 3.0);
  float against = max(dot(-view, uSunDirection), 0.0);
  colour += uSunColour * rim * (0.05 + 0.22 * against) * lit * (albedo + 0.06);
  vec3 halfway = normalize(view + uSunDirection);
  float shine = pow(max(dot(normal, halfway), 0.0), 36.0) * gloss;
  colour += uSunColour * shine * lit + gloss * albedo * skyColour(reflect(-view, normal)) * 0.5;
  colour += albedo * glow;
  colour = mix(colour, colour * 0.5 + vec3(0.9, 0.1, 0.06), vHurt * 0.7);
  outColour = finish(fogged(colour, toPoint, cameraPosition.y), 1.0);
}
`;

const DEPTH_FRAGMENT = /* glsl */ `
precision highp float;
in vec3 vWorld;
out vec4 outColour;
void main() { outColour = vec4(1.0); }
`;

export const BODY_SHADERS = { vertex: VERTEX, fragment: FRAGMENT, depthFragment: DEPTH_FRAGMENT };

/** A soft dark disc under each body, where no shadow map is drawn. */
export const BLOB_SHADERS = {
  vertex: /* glsl */ `
${HEAD}
${INSTANCE}
in vec2 position;
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;
out vec2 vPlace;
out vec3 vWorld;
void main() {
  vec3 feet = mix(iOlder.xyz, iNewer.xyz, sampleAmount());
  vPlace = position;
  vWorld = feet + vec3(position.x, 0.0, position.y) * 0.62;
  vec4 clip = projectionMatrix * viewMatrix * vec4(vWorld, 1.0);
  clip.z -= 0.0006 * clip.w;
  gl_Position = clip;
}
`,
  fragment: /* glsl */ `
precision highp float;
in vec2 vPlace;
in vec3 vWorld;
uniform vec3 cameraPosition;
uniform float uFogDistance;
out vec4 outColour;
void main() {
  float far = 1.0 - smoothstep(0.2, 0.5, length(vWorld - cameraPosition) / uFogDistance);
  float dark = smoothstep(1.0, 0.25, length(vPlace)) * 0.5 * far;
  outColour = vec4(0.02, 0.015, 0.03, dark);
}
`,
};
