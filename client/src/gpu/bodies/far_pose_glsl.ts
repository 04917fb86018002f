//! The pose of a body far away: legs and arms shear with the stride, an arm rises for a blow, the
//! dead lie down. A few dozen operations a vertex, for crowds of thousands.

/** Needs nothing. Gives `posedFar(...)`; parts as in figure.ts (PART). */
export const FAR_POSE = /* glsl */ `
void posedFar(
  int legs, int hands, int part, float walk, float pace, float legsAge, float handsAge,
  inout vec3 point, inout vec3 normal
) {
  float swing = sin(walk) * clamp(pace / 4.3, 0.0, 1.3) * 0.6;
  bool isLeft = part == 2 || part == 4 || part == 10;
  float side = isLeft ? 1.0 : -1.0;
  bool isLeg = part == 4 || part == 5;
  bool isArm = part == 2 || part == 3 || part >= 10;
  if (isLeg) point.z -= swing * side * (0.78 - point.y);
  if (isArm) {
    float raised = hands == 2 || hands == 3 ? 1.5 : hands == 1
      ? 2.2 * (1.0 - smoothstep(0.1, 0.35, handsAge)) : hands == 5 ? 1.2 : isLeft ? 0.5 : 0.35;
    if (isLeft && hands != 2 && hands != 3) raised = 0.45;
    float turn = raised - swing * side;
    float c = cos(turn), s = sin(turn);
    vec2 arm = point.yz - vec2(1.32, 0.0);
    point.yz = vec2(1.32, 0.0) + vec2(arm.x * c - arm.y * s, arm.x * s + arm.y * c);
    normal.yz = vec2(normal.y * c - normal.z * s, normal.y * s + normal.z * c);
  }
  if (legs == 3) point.y *= 0.82;
  if (legs == 6 || legs == 4) {
    float fallen = legs == 4 ? 0.65 : smoothstep(0.0, 0.5, legsAge);
    float lie = legs == 4 ? -1.0 : 1.0;
    point = mix(point, vec3(point.x, 0.16 - point.z * lie, point.y * lie), fallen);
    normal = mix(normal, vec3(normal.x, -normal.z * lie, normal.y * lie), fallen);
  }
}
`;
