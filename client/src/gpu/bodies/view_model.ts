//! What the player sees of itself in first person: the arms and what they hold, swaying with each
//! step, swinging with each blow. Drawn over everything, in front of the nearest wall.

import { GLSL3, InstancedBufferGeometry, Mesh, RawShaderMaterial } from "three";

import { HANDS, SLOT, type FrameView } from "../../world/state";
import { FINISH, HEAD, NOISE, SHADOW, SKY } from "../glsl/common";
import type { SharedUniforms } from "../glsl/uniforms";
import { ARM_BOXES, figureGeometry, ITEM, ITEM_BOXES, PART } from "./figure";
import { PAINT_GLSL } from "./paint_glsl";
import { POSE } from "./pose_glsl";

/** Which item is in the hands, by slot and by pose. */
const TOOL_OF_SLOT: readonly number[] = [ITEM.SWORD, ITEM.BOW, ITEM.BOMB, ITEM.PICK];
/** Seconds that putting one thing away and taking another takes. */
const SWAP_SECONDS = 0.22;

const VERTEX = /* glsl */ `
${HEAD}
in vec3 position;
in vec4 normal;
in vec2 uv;
in uvec4 kind;
uniform mat4 uHands;        // from the hands' space to the camera's
uniform mat4 projectionMatrix;
uniform mat4 uCameraTurn;
uniform vec4 uRight;        // turns of the right arm: x, y, z and elbow
uniform vec4 uLeft;
uniform vec3 uHeldRight;
uniform vec3 uHeldLeft;
uniform int uTool;
uniform int uDrawn;
out vec3 vNormal;
out vec2 vUv;
flat out ivec2 vPaint;
${POSE}
void main() {
  int part = int(kind.x);
  int item = int(kind.y);
  bool isLeft = part == 2 || part == 6 || part == 10;
  bool shows = item == 0 ? (!isLeft || uTool == 1 || uTool == 3) : item == uTool
    || (item == 2 && uTool == 1) || (item == 12 && uDrawn == 1);
  if (!shows) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec3 point = position;
  vec3 turned = normal.xyz;
  Pose p;
  p.torso = p.head = p.root = vec3(0.0);
  p.kneeLeft = p.kneeRight = p.legLeft = p.legRight = p.drop = p.lift = 0.0;
  p.armRight = uRight.xyz;
  p.elbowRight = uRight.w;
  p.armLeft = uLeft.xyz;
  p.elbowLeft = uLeft.w;
  p.heldRight = uHeldRight;
  p.heldLeft = uHeldLeft;
  posed(p, part, 0.0, point, turned);
  vNormal = mat3(uCameraTurn) * (mat3(uHands) * turned);
  vUv = uv;
  vPaint = ivec2(int(kind.z), int(kind.w));
  gl_Position = projectionMatrix * (uHands * vec4(point, 1.0));
  // Into the nearest part of the depth range, so that no wall cuts it off.
  gl_Position.z = gl_Position.z * 0.04 - 0.96 * gl_Position.w;
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
uniform int uHouse;
in vec3 vNormal;
in vec2 vUv;
flat in ivec2 vPaint;
out vec4 outColour;
void main() {
  float gloss, glow;
  vec3 albedo = paintColour(vPaint.x, vUv, vPaint.y, uHouse, 0.31, gloss, glow);
  albedo *= 0.88 + 0.24 * valueNoise(vUv * 6.0 + float(vPaint.x) * 7.0);
  vec3 normal = normalize(vNormal);
  float lit = sunLight(cameraPosition, vec3(0.0, 1.0, 0.0));
  vec3 light = mix(uGroundLight, uSkyLight, normal.y * 0.5 + 0.5);
  light += uSunColour * max(dot(normal, uSunDirection), 0.0) * (0.15 + 0.85 * lit);
  light += min(flashLight(cameraPosition) * 0.25, vec3(1.2));
  vec3 colour = albedo * light + albedo * glow;
  colour += gloss * albedo * skyColour(normal) * 0.5;
  outColour = finish(colour, 1.0);
}
`;

export class ViewModel {
  readonly mesh: Mesh<InstancedBufferGeometry, RawShaderMaterial>;
  readonly #uniforms = {
    uHands: { value: new Float32Array(16) },
    uCameraTurn: { value: new Float32Array(16) },
    uRight: { value: [0, 0, 0, 0] },
    uLeft: { value: [0, 0, 0, 0] },
    uHeldRight: { value: [0, 0, 0] },
    uHeldLeft: { value: [0, 0, 0] },
    uTool: { value: 1 },
    uDrawn: { value: 0 },
    uHouse: { value: 0 },
  };
  #stride = 0;
  #pace = 0;
  #hands = 0;
  #handsStartMs = 0;
  #swappedMs = -1_000;
  #sway = { x: 0, y: 0, yaw: 0, pitch: 0 };

  constructor(shared: SharedUniforms) {
    const boxes = [...ARM_BOXES, ...ITEM_BOXES];
    const geometry = figureGeometry(boxes.filter((box) => box.part !== PART.CAPE));
    geometry.instanceCount = 1;
    this.mesh = new Mesh(
      geometry,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: { ...shared, ...this.#uniforms },
      }),
    );
    this.mesh.frustumCulled = false;
    this.mesh.matrixAutoUpdate = false;
  }

  update(view: FrameView, cameraTurn: readonly number[]): void {
    const { own } = view;
    this.mesh.visible = own.alive && own.id !== 0 && !view.camera.thirdPerson;
    if (!this.mesh.visible) return;
    this.#uniforms.uCameraTurn.value.set(cameraTurn);
    this.#uniforms.uHouse.value = own.house;
    this.#chooseTool(view);
    this.#place(view);
    this.#pose(view);
  }

  #chooseTool(view: FrameView): void {
    const hands = view.own.pose >> 4;
    if (hands !== this.#hands) {
      this.#hands = hands;
      this.#handsStartMs = view.nowMs;
    }
    let tool = TOOL_OF_SLOT[view.own.slot] ?? ITEM.BLOCK;
    if (hands === HANDS.HORN) tool = ITEM.HORN;
    if (tool === ITEM.BOMB && view.own.bombsCount === 0) tool = ITEM.BLOCK;
    if (tool === this.#uniforms.uTool.value) return;
    this.#uniforms.uTool.value = tool;
    this.#swappedMs = view.nowMs;
  }

  /** Where the hands are before the eye: bob of the steps, lag behind turns, dip of a swap. */
  #place(view: FrameView): void {
    const seconds = view.deltaMs / 1_000;
    const { own, camera } = view;
    const speed = own.grounded ? Math.hypot(own.velocity.x, own.velocity.z) : 0;
    this.#pace += (speed - this.#pace) * (1 - Math.exp(-10 * seconds));
    this.#stride += this.#pace * seconds * 2.1;
    const sway = this.#sway;
    const turn = Math.atan2(Math.sin(camera.yaw - sway.yaw), Math.cos(camera.yaw - sway.yaw));
    sway.x += (clamped(-turn * 1.4, 0.06) - sway.x) * (1 - Math.exp(-12 * seconds));
    sway.y +=
      (clamped((camera.pitch - sway.pitch) * 1.4, 0.06) - sway.y) * (1 - Math.exp(-12 * seconds));
    sway.yaw = camera.yaw;
    sway.pitch = camera.pitch;
    const bob = Math.min(1, this.#pace / 5) * 0.035;
    const breath = Math.sin(view.nowMs / 900) * 0.006;
    const swap = Math.max(0, 1 - (view.nowMs - this.#swappedMs) / 1_000 / SWAP_SECONDS);
    const x = Math.sin(this.#stride) * bob + sway.x;
    const fall = clamped(own.velocity.y * 0.008, 0.08);
    const y = -Math.abs(Math.cos(this.#stride)) * bob + breath + sway.y - swap * 0.4 - fall;
    // The figure's shoulders are at 1.32 m: its eye stands above and behind them, and a little
    // smaller than life the hands leave the field free.
    const scale = 0.8;
    const hands = this.#uniforms.uHands.value;
    hands.fill(0);
    hands[0] = hands[5] = hands[10] = scale;
    hands[12] = x;
    hands[13] = y - 1.4;
    hands[14] = -0.26;
    hands[15] = 1;
  }

  #pose(view: FrameView): void {
    const age = (view.nowMs - this.#handsStartMs) / 1_000;
    const { uRight, uLeft, uHeldRight, uHeldLeft, uDrawn, uTool } = this.#uniforms;
    const right = uRight.value;
    const left = uLeft.value;
    set(right, 0.72, -0.05, 0.16, 0.85);
    set(left, 0.42, 0.1, -0.32, 1.05);
    set(uHeldRight.value, -0.35, 0.42, 0.25);
    set(uHeldLeft.value, -1.45, 0.5, 0);
    uDrawn.value = 0;
    if (uTool.value === ITEM.BOW) this.#poseBow(view, age);
    else if (this.#hands === HANDS.SWING) poseBlow(right, uHeldRight.value, age);
    else if (this.#hands === HANDS.DIG) poseDig(right, uHeldRight.value, view.nowMs / 1_000);
    else if (this.#hands === HANDS.THROW) poseThrow(right, age);
    else if (this.#hands === HANDS.HORN) poseHorn(right, uHeldRight.value, age);
    else if (uTool.value === ITEM.PICK) set(uHeldRight.value, 0.1, 0.3, 0);
    if (view.own.slot >= SLOT.PLACE_FIRST) set(right, 0.9, 0.05, 0.1, 0.5);
  }

  #poseBow(view: FrameView, age: number): void {
    const { uRight, uLeft, uHeldLeft, uDrawn } = this.#uniforms;
    const drawn = Math.min(1, view.own.drawTicks / 20);
    const isLoosing = this.#hands === HANDS.LOOSE && age < 0.2;
    uDrawn.value = drawn > 0 && !isLoosing ? 1 : 0;
    const kick = isLoosing ? 0.08 * (1 - age / 0.2) : 0;
    const raised = Math.max(drawn, isLoosing ? 1 : 0);
    set(uLeft.value, 1.05 + 0.4 * raised + kick, 0.2 + 0.3 * raised, 0, 0.25 * (1 - raised));
    set(uHeldLeft.value, 0, 0.12 - 0.5 * raised, 0.45 - 0.2 * raised);
    set(uRight.value, 0.4 + 0.35 * raised, 0.25 + 0.2 * drawn, 0, 0.5 + 0.6 * drawn);
  }
}

function set(target: number[], ...values: number[]): void {
  for (let index = 0; index < values.length; index += 1) target[index] = values[index];
}

function clamped(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}

/** 0 before `from`, 1 after `to`, smooth between. */
function eased(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

function poseBlow(right: number[], held: number[], age: number): void {
  const raise = eased(0, 0.09, age) * (1 - eased(0.1, 0.19, age));
  const blow = eased(0.1, 0.19, age) * (1 - eased(0.26, 0.45, age));
  right[0] += raise * 0.75 - blow * 0.1;
  right[1] += -raise * 0.5 + blow * 0.95;
  right[2] += raise * 0.5 - blow * 0.3;
  right[3] += raise * 0.5 - blow * 0.35;
  held[0] += raise * 0.6 - blow * 0.75;
  held[1] += blow * 0.7;
}

function poseDig(right: number[], held: number[], now: number): void {
  const beat = (now * 2.1) % 1;
  const up = eased(0, 0.55, beat) * (1 - eased(0.62, 0.82, beat));
  right[0] += -0.1 + up * 0.55;
  right[1] -= 0.05;
  held[0] += -0.2 + up * 0.9;
}

function poseThrow(right: number[], age: number): void {
  const wind = 1 - eased(0.05, 0.22, age);
  right[0] += wind * 1.1;
  right[3] = 0.3 + wind * 0.7;
}

function poseHorn(right: number[], held: number[], age: number): void {
  const rise = eased(0, 0.2, age);
  right[0] = 0.95 + 0.25 * rise;
  right[1] = 0.75 * rise;
  right[3] = 0.75 + 0.7 * rise;
  set(held, -0.4, 0.5, 0);
}
