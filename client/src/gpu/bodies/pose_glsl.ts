//! Moves the figure's parts: poses of legs and hands as angles, from time and distance walked.
//! Legs and hands are numbered as in `world/state.ts` (LEGS, HANDS), parts as in figure.ts (PART),
//! items as there (ITEM). Turns about x: positive lifts a hanging limb forwards.

/** From the bow's rest to the cheek, along the arrow; metres. */
export const DRAW_METRES = 0.35;

/** Needs: float uTime, WORN_GLSL. Gives: `Pose poseOf(...)`, `posed(...)`, `bendBow(...)`, `itemShows(...)`. */
export const POSE = /* glsl */ `
struct Pose {
  vec3 torso;       // turns about x, y, z at the hips
  vec3 head;
  vec3 armLeft;
  vec3 armRight;
  float elbowLeft;
  float elbowRight;
  float legLeft;
  float legRight;
  float kneeLeft;   // negative bends back
  float kneeRight;
  vec3 heldLeft;
  vec3 heldRight;
  float drop;       // hips sink, metres
  vec3 root;        // whole body about its feet
  float lift;
};

mat3 turnX(float a) { float c = cos(a), s = sin(a); return mat3(1, 0, 0, 0, c, s, 0, -s, c); }
mat3 turnY(float a) { float c = cos(a), s = sin(a); return mat3(c, 0, -s, 0, 1, 0, s, 0, c); }
mat3 turnZ(float a) { float c = cos(a), s = sin(a); return mat3(c, s, 0, -s, c, 0, 0, 0, 1); }
mat3 turnAll(vec3 a) { return turnY(a.y) * turnX(a.x) * turnZ(a.z); }

struct BodyTime {
  float walk;      // radians of the stride
  float pace;      // metres per second, smoothed
  float legsAge;   // seconds in this pose
  float handsAge;
  float hurtAge;
  float seed;      // 0..1 of the body
};

void poseLegs(inout Pose p, int legs, BodyTime t) {
  float stride = clamp(t.pace / 4.3, 0.0, 1.35);
  float swing = sin(t.walk);
  float reach = 0.62 * stride;
  p.legLeft = swing * reach;
  p.legRight = -swing * reach;
  p.kneeLeft = -max(0.0, cos(t.walk)) * 0.95 * stride;
  p.kneeRight = -max(0.0, -cos(t.walk)) * 0.95 * stride;
  p.armLeft.x = -swing * 0.4 * stride;
  p.armRight.x = swing * 0.4 * stride;
  p.torso.y = swing * 0.1 * stride;
  p.torso.x = -0.1 * stride;
  p.lift = (abs(cos(t.walk)) - 0.5) * 0.07 * stride;
  float breath = sin(uTime * 1.9 + t.seed * 40.0);
  p.armLeft.z = -0.07 - 0.015 * breath;
  p.armRight.z = 0.07 + 0.015 * breath;
  p.head.x = 0.02 * breath;
  p.head.y = 0.22 * sin(uTime * 0.6 + t.seed * 50.0) * (1.0 - min(stride, 1.0));
  if (legs == 3) {
    p.drop = 0.26;
    p.legLeft += 0.95;
    p.legRight += 0.35;
    p.kneeLeft -= 1.25;
    p.kneeRight -= 1.15;
    p.torso.x -= 0.35;
    p.head.x += 0.3;
  } else if (legs == 4) {
    float stroke = uTime * 4.2 + t.seed * 30.0;
    p.root.x = -0.95;
    p.lift = 0.35 + 0.06 * sin(stroke);
    p.legLeft = 0.35 * sin(stroke * 2.0);
    p.legRight = -p.legLeft;
    p.armLeft = vec3(1.6 + 1.2 * sin(stroke), 0.0, -0.5 - 0.4 * cos(stroke));
    p.armRight = vec3(1.6 + 1.2 * sin(stroke), 0.0, 0.5 + 0.4 * cos(stroke));
    p.head.x = 0.75;
  } else if (legs == 5) {
    p.legLeft = 0.75;
    p.legRight = -0.35;
    p.kneeLeft = -0.9;
    p.kneeRight = -0.5;
    p.armLeft.z = -0.6;
    p.armRight.z = 0.6;
  } else if (legs == 7) {
    p.torso.x = -0.55;
    p.head.x = 0.4;
    p.legLeft = 0.9;
    p.legRight = -0.95;
    p.kneeRight = -0.6;
    p.armLeft.x = -0.7;
    p.armRight.x = -0.7;
    p.drop = 0.1;
  }
}

/** 0 at both ends of the stroke, 1 at the top of the raise; past it the blow itself. */
void poseBlow(inout Pose p, float age, float side) {
  float raise = smoothstep(0.0, 0.09, age) * (1.0 - smoothstep(0.1, 0.2, age));
  float blow = smoothstep(0.1, 0.2, age) * (1.0 - smoothstep(0.27, 0.45, age));
  p.armRight.x += raise * 2.5 + blow * 1.0;
  p.armRight.z += raise * 0.5 - blow * 0.5 * side;
  p.armRight.y += blow * 0.7;
  p.elbowRight += raise * 0.9 + blow * 0.1;
  p.heldRight.x += raise * 0.5 - blow * 0.75;
  p.torso.y += -raise * 0.5 + blow * 0.6;
  p.torso.x += raise * 0.12 - blow * 0.25;
}

void poseHands(inout Pose p, int hands, int tool, BodyTime t) {
  p.elbowRight = 0.35;
  p.elbowLeft = 0.35;
  p.heldRight.x = 0.55;
  if (tool == 1) {
    p.armRight.x += 0.25;
    p.elbowRight = 0.7;
    p.armLeft.x = p.armLeft.x * 0.4 + 0.45;
    p.armLeft.y = -0.45;
    p.elbowLeft = 0.9;
    p.heldLeft = vec3(-1.25, 0.0, 0.0);
  }
  if (hands == 1) {
    poseBlow(p, t.handsAge, t.seed > 0.5 ? 1.0 : 0.4);
  } else if (hands == 2 || hands == 3) {
    float loosed = hands == 3 ? smoothstep(0.0, 0.08, t.handsAge) : 0.0;
    float drawn = hands == 3 ? 1.0 : smoothstep(0.0, 0.5, t.handsAge);
    p.torso.y = -0.75;
    p.head.y = 0.7;
    p.head.x = 0.0;
    p.armLeft = vec3(1.52, 0.75, 0.0);
    p.elbowLeft = 0.04;
    p.heldLeft = vec3(0.0, 0.0, 0.0);
    p.armRight = vec3(1.5, 0.75 - drawn * 1.15 - loosed * 0.35, 0.0);
    p.elbowRight = 0.15 + drawn * 1.9 - loosed * 0.5;
  } else if (hands == 4) {
    float wind = 1.0 - smoothstep(0.05, 0.22, t.handsAge);
    p.armRight = vec3(0.6 + wind * 2.5, 0.0, 0.2);
    p.elbowRight = 0.2 + wind * 0.8;
    p.torso.y = -0.5 * wind + 0.25 * (1.0 - wind);
    p.armLeft.x += 0.7 * wind;
  } else if (hands == 5) {
    float beat = fract(uTime * 2.1 + t.seed);
    float up = smoothstep(0.0, 0.55, beat) * (1.0 - smoothstep(0.62, 0.82, beat));
    p.armRight = vec3(0.75 + up * 1.6, 0.25, 0.0);
    p.armLeft = vec3(0.75 + up * 1.4, -0.3, 0.0);
    p.elbowRight = 0.3 + up * 0.5;
    p.elbowLeft = 0.5;
    p.heldRight.x = 0.2 + up * 0.8;
    p.torso.x += -0.3 + up * 0.28;
  } else if (hands == 6) {
    float rise = smoothstep(0.0, 0.2, t.handsAge);
    p.armRight = vec3(1.5 * rise, 0.5 * rise, 0.0);
    p.elbowRight = 0.35 + 1.35 * rise;
    p.heldRight = vec3(0.1, 0.2, 0.0);
    p.head.x = 0.3 * rise;
    p.torso.x += 0.14 * rise;
  } else if (hands == 8 || tool == 3) {
    p.armLeft.x += 0.3;
    p.elbowLeft = 0.5;
    p.heldLeft = vec3(-0.7, 0.0, 0.0);
  }
  float flinch = (1.0 - smoothstep(0.0, 0.35, t.hurtAge));
  if (hands == 7) flinch = max(flinch, 1.0 - smoothstep(0.05, 0.4, t.handsAge));
  p.torso.x += 0.4 * flinch;
  p.torso.y += 0.3 * flinch * (t.seed - 0.5);
  p.head.x -= 0.35 * flinch;
}

Pose poseOf(int legs, int hands, int tool, BodyTime t) {
  Pose p;
  p.torso = p.head = p.armLeft = p.armRight = p.heldLeft = p.heldRight = p.root = vec3(0.0);
  p.elbowLeft = p.elbowRight = p.kneeLeft = p.kneeRight = p.legLeft = p.legRight = 0.0;
  p.drop = p.lift = 0.0;
  poseLegs(p, legs, t);
  if (legs == 6) {
    float fall = smoothstep(0.0, 0.55, t.legsAge);
    fall *= fall;
    p.root = vec3((t.seed > 0.4 ? 1.5 : -1.5) * fall, (t.seed - 0.5) * 1.4 * fall, 0.0);
    p.lift = 0.14 * fall;
    p.armLeft = vec3(0.4, 0.0, -0.5 - t.seed) * fall;
    p.armRight = vec3(0.9 * t.seed, 0.0, 1.3 - t.seed) * fall;
    p.legLeft = 0.3 * t.seed * fall;
    p.legRight = -0.25 * fall;
    p.kneeLeft = -0.6 * t.seed * fall;
    p.head = vec3(0.0, (t.seed - 0.5) * 1.5, 0.0) * fall;
    return p;
  }
  poseHands(p, hands, tool, t);
  return p;
}

/** Pulls the string, the arrow on it and the tips of the bow back; pull is 0..1. */
void bendBow(int item, int paint, float pull, inout vec3 point) {
  if (item == 12) point.y += ${DRAW_METRES.toFixed(2)} * pull;
  if (item != 3) return;
  float along = clamp(abs(point.z) / 0.61, 0.0, 1.0);
  float tip = 0.13 * pull;
  point.y += paint == 14 ? mix(${DRAW_METRES.toFixed(2)} * pull, tip, along) : tip * along * along;
  point.z *= 1.0 - 0.06 * pull * along;
}

vec3 about(vec3 point, vec3 pivot, mat3 turn) { return pivot + turn * (point - pivot); }

const vec3 HIPS = vec3(0.0, 0.78, 0.0);
const vec3 NECK = vec3(0.0, 1.38, 0.0);

/** Moves a point and its normal from the rest pose to the pose. */
void posed(Pose p, int part, float flutter, inout vec3 point, inout vec3 normal) {
  bool left = part == 2 || part == 4 || part == 6 || part == 8 || part == 10;
  float side = left ? -1.0 : 1.0;
  if (part >= 10 && part <= 11) {
    mat3 turn = turnAll(left ? p.heldLeft : p.heldRight);
    point = about(point, vec3(0.37 * side, 0.74, 0.0), turn);
    normal = turn * normal;
  }
  if (part == 6 || part == 7 || part == 10 || part == 11) {
    mat3 turn = turnX(left ? p.elbowLeft : p.elbowRight);
    point = about(point, vec3(0.36 * side, 1.04, 0.0), turn);
    normal = turn * normal;
  }
  if (part == 2 || part == 3 || part == 6 || part == 7 || part == 10 || part == 11) {
    mat3 turn = turnAll(left ? p.armLeft : p.armRight);
    point = about(point, vec3(0.36 * side, 1.32, 0.0), turn);
    normal = turn * normal;
  }
  if (part == 8 || part == 9) {
    mat3 turn = turnX(left ? p.kneeLeft : p.kneeRight);
    point = about(point, vec3(0.13 * side, 0.4, 0.0), turn);
    normal = turn * normal;
  }
  bool leg = part == 4 || part == 5 || part == 8 || part == 9;
  if (leg) {
    mat3 turn = turnX(left ? p.legLeft : p.legRight);
    point = about(point, vec3(0.13 * side, 0.78, 0.0), turn);
    normal = turn * normal;
  }
  if (part == 12) {
    float hang = clamp((1.36 - point.y) / 0.7, 0.0, 1.0);
    point.z += hang * (0.12 + flutter * 0.28) + hang * 0.05 * sin(uTime * 6.0 + point.x * 5.0 + hang * 4.0);
  }
  if (part == 1) {
    mat3 turn = turnAll(p.head);
    point = about(point, NECK, turn);
    normal = turn * normal;
  }
  if (!leg) {
    mat3 turn = turnAll(p.torso);
    point = about(point, HIPS, turn);
    normal = turn * normal;
  }
  point.y += p.lift - p.drop;
  mat3 root = turnAll(p.root);
  point = root * point;
  normal = root * normal;
}

/** What the hands hold: 1 sword, 3 bow, 4 bomb, 5 pick, 6 horn. Gear as GEAR in state.ts, by its kind. */
int toolOf(int hands, int gear) {
  if (hands == 2 || hands == 3 || hands == 8) return 3;
  if (hands == 4) return 4;
  if (hands == 5) return 5;
  if (hands == 6) return 6;
  if (gear == 1) return 3;
  if (gear == 3) return 5;
  return 1;
}

bool itemShows(int item, int tool, int gear, int hands, int worn) {
  if (item == 0) return true;
  if (item == 1) return tool == 1;
  if (item == 2) return tool == 1 && hasShield(gear, worn);
  if (item >= 3 && item <= 6) return tool == item;
  if (item == 7) return gear == 1 || tool == 3;
  if (item == 12) return hands == 2;
  return wornShows(item, gear, worn);
}
`;
