//! Colours of the figure's paints (figure.ts, PAINT): house colours, heraldry, faces, steel.

/** Needs NOISE. Gives `vec3 paintColour(...)`: linear albedo; and gloss and glow by reference. */
export const PAINT_GLSL = /* glsl */ `
/** House Ember bears a golden flame, House Tide three silver waves. */
float emblem(vec2 p, int house) {
  p = (floor(p * 24.0) + 0.5) / 24.0;
  if (house == 0) {
    float t = clamp((p.y - 0.2) / 0.64, 0.0, 1.0);
    float wide = 0.21 * sin(3.14159 * pow(t, 0.62)) * (1.0 - 0.25 * t);
    float sway = 0.5 + 0.06 * sin(t * 5.5 + 0.6) * t;
    float flame = step(abs(p.x - sway), wide) * step(0.001, t) * step(t, 0.999);
    float core = clamp((p.y - 0.22) / 0.3, 0.0, 1.0);
    float hollow = step(abs(p.x - 0.5), 0.085 * sin(3.14159 * pow(core, 0.7)));
    return clamp(flame - hollow * step(0.001, core) * step(core, 0.999), 0.0, 1.0);
  }
  float wave = 0.0;
  for (int bar = 0; bar < 3; bar++) {
    float y = 0.3 + 0.19 * float(bar) + 0.045 * sin(p.x * 15.7);
    wave = max(wave, step(abs(p.y - y), 0.048) * step(abs(p.x - 0.5), 0.34));
  }
  return wave;
}

vec3 houseColour(int house) {
  return house == 0 ? vec3(0.36, 0.035, 0.022) : vec3(0.035, 0.085, 0.24);
}

vec3 skinColour(float seed) {
  float tone = fract(seed * 13.7);
  return mix(vec3(0.66, 0.38, 0.24), vec3(0.3, 0.15, 0.085), tone * tone);
}

vec3 hairColour(float seed) {
  float tone = fract(seed * 5.3);
  return tone < 0.4 ? vec3(0.06, 0.035, 0.02) : tone < 0.75 ? vec3(0.2, 0.1, 0.035) : vec3(0.42, 0.27, 0.09);
}

vec3 faceColour(vec2 uv, int face, float seed) {
  vec3 skin = skinColour(seed);
  vec3 hair = hairColour(seed);
  if (face == 2 || face == 4) return hair;
  if (face != 5) return uv.y > 0.55 || (face == 0 ? uv.x > 0.6 : uv.x < 0.4) ? hair : skin;
  vec2 cell = floor(uv * 8.0);
  if (cell.y == 4.0 && (cell.x == 2.0 || cell.x == 5.0)) return vec3(0.02, 0.025, 0.04);
  if (cell.y == 4.0 && (cell.x == 1.0 || cell.x == 6.0)) return vec3(0.75, 0.72, 0.68);
  if (cell.y == 5.0 && cell.x != 3.0 && cell.x != 4.0) return hair;
  if (cell.y > 6.0) return hair;
  bool bearded = fract(seed * 7.7) > 0.45;
  if (bearded && (cell.y < 2.0 || (cell.y < 4.0 && (cell.x < 1.0 || cell.x > 6.0)))) return hair;
  if (cell.y == 1.0 && cell.x > 2.0 && cell.x < 5.0) return skin * vec3(0.7, 0.5, 0.5);
  if (cell.y == 3.0 && cell.x > 2.0 && cell.x < 5.0) return skin * 1.12;
  return skin;
}

vec3 paintColour(int paint, vec2 uv, int face, int house, float seed, out float gloss, out float glow) {
  gloss = 0.0;
  glow = 0.0;
  vec3 cloth = houseColour(house) * (0.85 + 0.3 * fract(seed * 3.1));
  vec3 trim = house == 0 ? vec3(0.72, 0.43, 0.1) : vec3(0.72, 0.74, 0.78);
  if (paint == 0) return skinColour(seed);
  if (paint == 1) return cloth;
  if (paint == 2) return cloth * 0.6;
  if (paint == 3) { gloss = 0.9; return vec3(0.2, 0.21, 0.23); }
  if (paint == 4) {
    gloss = 0.35;
    vec2 link = floor(uv * vec2(10.0, 14.0));
    float odd = mod(link.x + link.y, 2.0);
    return vec3(0.115, 0.12, 0.135) * (0.8 + 0.32 * odd);
  }
  if (paint == 5) return vec3(0.16, 0.08, 0.04);
  if (paint == 6) return vec3(0.26, 0.14, 0.06) * (0.85 + 0.3 * step(0.5, fract(uv.y * 3.0 + uv.x)));
  if (paint == 7) return hairColour(seed);
  if (paint == 8) { gloss = 0.8; return vec3(0.75, 0.47, 0.12); }
  if (paint == 9) return vec3(0.09, 0.055, 0.035) * (uv.y > 0.82 ? 2.4 : 1.0);
  if (paint == 10) {
    if (face != 4 && face != 5) return cloth;
    float edge = max(step(uv.y, 0.07), max(step(uv.x, 0.07), step(0.93, uv.x)));
    return mix(cloth, trim, max(edge, emblem(uv, house)));
  }
  if (paint == 11) {
    gloss = 0.15;
    if (face != 0 && face != 1) return vec3(0.2, 0.11, 0.05);
    float rim = step(0.44, max(abs(uv.x - 0.5), abs(uv.y - 0.5)));
    float parted = house == 0 ? step(0.5, uv.x) : step(uv.y, 0.5);
    vec3 field = mix(cloth * 1.25, mix(cloth * 0.55, trim * 0.35, 0.15), parted);
    return mix(mix(field, trim, emblem(uv, house)), vec3(0.2, 0.2, 0.21), rim);
  }
  if (paint == 12) { gloss = 0.5; return vec3(0.035, 0.035, 0.04); }
  if (paint == 13) { glow = 4.0; return vec3(1.0, 0.6, 0.2); }
  if (paint == 14) return vec3(0.6, 0.55, 0.45);
  if (paint == 15) return mix(vec3(0.42, 0.36, 0.27), vec3(0.23, 0.2, 0.17), fract(seed * 9.1));
  if (paint == 17) {
    // The flat sides of a blade: a hollow along the middle, bright edges.
    gloss = 0.9;
    float across = abs(uv.y - 0.5);
    bool flat_side = face == 0 || face == 1;
    float shade = flat_side ? mix(0.62, 1.0, step(0.14, across)) + 0.5 * step(0.36, across) : 1.3;
    return vec3(0.21, 0.215, 0.225) * shade;
  }
  return faceColour(uv, face, seed);
}
`;
