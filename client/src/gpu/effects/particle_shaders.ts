//! Shaders of particles. Each is born once and never touched again: the vertex shader flies it.

import { FINISH, HEAD, NOISE, SKY } from "../glsl/common";

const FLIGHT = /* glsl */ `
in vec4 iStart;      // where and when it was born, seconds
in vec4 iVelocity;   // metres per second; life in seconds
in vec4 iShape;      // size at birth and at death, gravity, drag
in vec4 iColour;     // linear colour; kind
in vec4 iRest;       // height of the ground; seed; glow; spare
uniform mat4 viewMatrix;
uniform mat4 projectionMatrix;

/** Where it is after 'age' seconds, with air drag; it rests on the ground. */
vec3 flight(float age) {
  float drag = max(iShape.w, 0.001);
  float slowed = (1.0 - exp(-drag * age)) / drag;
  vec3 at = iStart.xyz + iVelocity.xyz * slowed;
  at.y -= 0.5 * iShape.z * age * age;
  at.y = max(at.y, iRest.x);
  return at;
}
`;

/** Soft pictures that face the camera. */
export const SPRITE_VERTEX = /* glsl */ `
${HEAD}
${FLIGHT}
in vec2 position;
out vec2 vPlace;
out float vAge;
out vec3 vWorld;
flat out vec4 vColour;
flat out vec2 vSeedGlow;
void main() {
  float age = uTime - iStart.w;
  vAge = age / iVelocity.w;
  if (age < 0.0 || vAge > 1.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec3 centre = flight(age);
  float grown = 1.0 - (1.0 - vAge) * (1.0 - vAge);
  float size = mix(iShape.x, iShape.y, grown);
  vec3 right = vec3(viewMatrix[0][0], viewMatrix[1][0], viewMatrix[2][0]);
  vec3 up = vec3(viewMatrix[0][1], viewMatrix[1][1], viewMatrix[2][1]);
  int kind = int(iColour.w + 0.5);
  vec2 place = position;
  vPlace = position;
  if (kind == 1) {
    // A spark is drawn out along its flight.
    vec3 before = flight(max(age - 0.03, 0.0));
    vec3 along = (viewMatrix * vec4(centre - before, 0.0)).xyz;
    vec2 direction = normalize(along.xy + vec2(1e-4));
    float stretch = 1.0 + min(length(along.xy) / max(size, 0.01), 8.0);
    place = direction * position.x * stretch + vec2(-direction.y, direction.x) * position.y;
  } else if (kind == 2) {
    // A ring lies flat on the ground.
    right = vec3(1.0, 0.0, 0.0);
    up = vec3(0.0, 0.0, 1.0);
  } else {
    float turn = iRest.y * 6.28 + age * (iRest.y - 0.5) * 1.2;
    float c = cos(turn), s = sin(turn);
    place = kind == 3 ? position : mat2(c, s, -s, c) * position;
  }
  vWorld = centre + (right * place.x + up * place.y) * size;
  vColour = iColour;
  vSeedGlow = iRest.yz;
  gl_Position = projectionMatrix * viewMatrix * vec4(vWorld, 1.0);
}
`;

export const SPRITE_FRAGMENT = /* glsl */ `
${HEAD}
${NOISE}
${SKY}
${FINISH}
uniform vec3 cameraPosition;
in vec2 vPlace;
in float vAge;
in vec3 vWorld;
flat in vec4 vColour;
flat in vec2 vSeedGlow;
out vec4 outColour;

/** A puff with ragged, painted edges. */
float puff(vec2 p, float seed) {
  float rough = valueNoise(p * 2.6 + seed * 57.0) * 0.6 + valueNoise(p * 6.0 + seed * 31.0) * 0.3;
  return smoothstep(0.95, 0.45, length(p) + rough * 0.75 - 0.25);
}

void main() {
  int kind = int(vColour.w + 0.5);
  float radius = length(vPlace);
  float cover;
  if (kind == 1) cover = smoothstep(1.0, 0.1, radius) * (1.0 - vAge * vAge);
  else if (kind == 2) cover = smoothstep(0.14, 0.0, abs(radius - 0.86)) * (1.0 - vAge);
  else if (kind == 3) {
    vec2 q = abs(vPlace);
    cover = step(min(q.x, q.y), 0.28) * step(max(q.x, q.y), 0.9) * (1.0 - vAge);
  } else cover = puff(vPlace, vSeedGlow.x) * smoothstep(0.0, 0.06, vAge) * pow(1.0 - vAge, 1.2);
  if (cover < 0.004) discard;
  float glow = vSeedGlow.y;
  vec3 colour = vColour.rgb;
  if (glow <= 0.0) {
    float top = 0.5 + 0.5 * vPlace.y;
    colour *= uSkyLight * 0.9 + uSunColour * (0.16 + 0.3 * top) + flashLight(vWorld) * 0.6;
    colour = fogged(colour, vWorld - cameraPosition, cameraPosition.y);
    outColour = finish(colour, 1.0) * cover * 0.85;
    return;
  }
  // Fire cools from its colour to red smoke; its light is added, not laid over.
  float hot = kind == 1 || kind == 3 || kind == 2 ? 1.0 : 1.0 - vAge;
  colour *= glow * mix(vec3(0.5, 0.16, 0.05), vec3(1.0), hot);
  float alpha = kind == 0 ? cover * (1.0 - hot) * 0.7 : 0.0;
  outColour = vec4(finish(colour, 1.0).rgb * cover, alpha);
}
`;

/** Splinters of blocks: little tumbling cubes. */
export const SPLINTER_VERTEX = /* glsl */ `
${HEAD}
${FLIGHT}
in vec3 position;
in vec3 normal;
out vec3 vWorld;
out vec3 vNormal;
flat out vec3 vColour;
mat3 tumble(float a, float b) {
  float c = cos(a), s = sin(a), d = cos(b), e = sin(b);
  return mat3(c, 0, -s, 0, 1, 0, s, 0, c) * mat3(1, 0, 0, 0, d, e, 0, -e, d);
}
void main() {
  float age = uTime - iStart.w;
  float life = age / iVelocity.w;
  if (age < 0.0 || life > 1.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec3 centre = flight(age);
  bool resting = centre.y <= iRest.x + 0.001;
  float spin = resting ? 2.0 : age * 9.0;
  mat3 turn = resting ? tumble(iRest.y * 6.0, 0.0) : tumble(iRest.y * 6.0 + spin, spin * 0.7);
  float size = iShape.x * (1.0 - smoothstep(0.75, 1.0, life));
  vWorld = centre + turn * (position * size) + vec3(0.0, size * 0.5, 0.0);
  vNormal = turn * normal;
  vColour = iColour.rgb;
  gl_Position = projectionMatrix * viewMatrix * vec4(vWorld, 1.0);
}
`;

export const SPLINTER_FRAGMENT = /* glsl */ `
${HEAD}
${NOISE}
${SKY}
${FINISH}
uniform vec3 cameraPosition;
in vec3 vWorld;
in vec3 vNormal;
flat in vec3 vColour;
out vec4 outColour;
void main() {
  vec3 normal = normalize(vNormal);
  vec3 light = mix(uGroundLight, uSkyLight, normal.y * 0.5 + 0.5);
  light += uSunColour * max(dot(normal, uSunDirection), 0.0) * 0.8 + flashLight(vWorld);
  outColour = finish(fogged(vColour * light, vWorld - cameraPosition, cameraPosition.y), 1.0);
}
`;
