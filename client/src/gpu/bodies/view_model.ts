//! What the player sees of itself in first person: the arms and what they hold, swaying with each
//! step, swinging with each blow. Drawn over everything, in front of the nearest wall.

import {
  GLSL3,
  InstancedBufferGeometry,
  Mesh,
  RawShaderMaterial,
  type DataArrayTexture,
} from "three";

import { HANDS, PLACED_BLOCKS, SLOT, type FrameView } from "../../world/state";
import { FINISH, HEAD, NOISE, SHADOW, SKY } from "../glsl/common";
import type { SharedUniforms } from "../glsl/uniforms";
import { blockLookRows } from "../texture/block_textures";
import { BowArms } from "./bow_arms";
import { figureGeometry, ITEM, ITEM_BOXES, OWN_ARM_BOXES } from "./figure";
import { PAINT_GLSL } from "./paint_glsl";
import { POSE } from "./pose_glsl";
import { WORN_GLSL } from "./worn_glsl";

/** Which item is in the hands, by slot and by pose. */
const TOOL_OF_SLOT: readonly number[] = [ITEM.SWORD, ITEM.BOW, ITEM.BOMB, ITEM.PICK];
/** Seconds that putting one thing away and taking another takes. */
const SWAP_SECONDS = 0.22;
/** A bow is fully drawn after this many ticks. */
const DRAW_TICKS_FULL = 20;
/** How long the bow stays up after an arrow went. */
const LOOSED_SECONDS = 0.25;

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
uniform vec3 uShiftRight;   // of a whole arm, in the figure's metres
uniform vec3 uShiftLeft;
uniform int uTool;
uniform int uWorn;          // of the own gear, without its kind
uniform float uPull;        // of the bowstring, 0..1; the arrow shows above 0
out vec3 vNormal;
out vec2 vUv;
out vec3 vToPoint;
flat out ivec2 vPaint;
${WORN_GLSL}
${POSE}
void main() {
  int part = int(kind.x);
  int item = int(kind.y);
  bool isLeft = part == 2 || part == 6 || part == 10;
  bool shows = item == 0 ? (!isLeft || uTool == 1 || uTool == 3) : item == uTool
    || (item == 2 && uTool == 1 && hasShield(2, uWorn)) || (item == 12 && uPull > 0.0);
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
  bendBow(item, int(kind.z), uPull, point);
  posed(p, part, 0.0, point, turned);
  point += isLeft ? uShiftLeft : uShiftRight;
  vNormal = mat3(uCameraTurn) * (mat3(uHands) * turned);
  vUv = uv;
  vPaint = ivec2(paintWorn(int(kind.z), 2, uWorn), int(kind.w));
  vec4 fromEye = uHands * vec4(point, 1.0);
  vToPoint = mat3(uCameraTurn) * fromEye.xyz;
  gl_Position = projectionMatrix * fromEye;
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
uniform sampler2DArray uTextures;
uniform vec3 cameraPosition;
uniform vec3 uBlockLayers;  // top, side, bottom
uniform int uHouse;
in vec3 vNormal;
in vec2 vUv;
in vec3 vToPoint;
flat in ivec2 vPaint;
out vec4 outColour;
void main() {
  float gloss, glow;
  vec3 albedo = paintColour(vPaint.x, vUv, vPaint.y, uHouse, 0.31, gloss, glow);
  albedo *= 0.88 + 0.24 * valueNoise(vUv * 6.0 + float(vPaint.x) * 7.0);
  if (vPaint.x == 18) {
    float layer = vPaint.y == 2 ? uBlockLayers.x : vPaint.y == 3 ? uBlockLayers.z : uBlockLayers.y;
    albedo = texture(uTextures, vec3(vUv.x, 1.0 - vUv.y, layer)).rgb;
    gloss = glow = 0.0;
  }
  vec3 normal = normalize(vNormal);
  float lit = sunLight(cameraPosition, vec3(0.0, 1.0, 0.0));
  vec3 light = mix(uGroundLight, uSkyLight, normal.y * 0.5 + 0.5);
  light += uSunColour * max(dot(normal, uSunDirection), 0.0) * (0.15 + 0.85 * lit);
  light += min(flashLight(cameraPosition) * 0.25, vec3(1.2));
  vec3 colour = albedo * light + albedo * glow;
  vec3 mirrored = reflect(normalize(vToPoint), normal);
  float shine = pow(max(dot(mirrored, uSunDirection), 0.0), 24.0);
  colour += gloss * (albedo * skyColour(mirrored) * 0.9 + uSunColour * shine * 0.25 * lit);
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
    uShiftRight: { value: [0, 0, 0] },
    uShiftLeft: { value: [0, 0, 0] },
    uTool: { value: 1 },
    uWorn: { value: 0 },
    uPull: { value: 0 },
    uHouse: { value: 0 },
    uBlockLayers: { value: [0, 0, 0] },
  };
  readonly #bow = new BowArms();
  readonly #looks = blockLookRows();
  #stride = 0;
  #pace = 0;
  #hands = 0;
  #handsStartMs = 0;
  #swappedMs = -1_000;
  #sway = { x: 0, y: 0, yaw: 0, pitch: 0 };

  constructor(shared: SharedUniforms, textures: DataArrayTexture) {
    const geometry = figureGeometry([...OWN_ARM_BOXES, ...ITEM_BOXES]);
    geometry.instanceCount = 1;
    this.mesh = new Mesh(
      geometry,
      new RawShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: { ...shared, ...this.#uniforms, uTextures: { value: textures } },
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
    this.#uniforms.uWorn.value = own.gear >> 2;
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
    const tool = hands === HANDS.HORN ? ITEM.HORN : this.#toolInSlot(view.own);
    if (tool === this.#uniforms.uTool.value) return;
    this.#uniforms.uTool.value = tool;
    this.#swappedMs = view.nowMs;
  }

  #toolInSlot({ slot, bombsCount, blocksCount }: FrameView["own"]): number {
    if (slot < SLOT.PLACE_FIRST) {
      const tool = TOOL_OF_SLOT[slot] ?? ITEM.NOTHING;
      return tool === ITEM.BOMB && bombsCount === 0 ? ITEM.NOTHING : tool;
    }
    const { x, y, z } = this.#looks[PLACED_BLOCKS[slot - SLOT.PLACE_FIRST] ?? 0];
    set(this.#uniforms.uBlockLayers.value, x, y, z);
    return blocksCount === 0 ? ITEM.NOTHING : ITEM.BLOCK;
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
    const { uRight, uLeft, uHeldRight, uHeldLeft, uShiftRight, uShiftLeft } = this.#uniforms;
    const { uPull, uTool } = this.#uniforms;
    const right = uRight.value;
    const left = uLeft.value;
    set(right, 0.72, -0.05, 0.16, 0.85);
    set(left, 0.42, 0.1, -0.32, 1.05);
    // The blade leans in and leaves the crosshair free.
    set(uHeldRight.value, -0.4, 0.17, 0.22);
    set(uHeldLeft.value, -1.45, 0.5, 0);
    set(uShiftRight.value, 0, 0, 0);
    set(uShiftLeft.value, -0.04, -0.07, 0);
    uPull.value = 0;
    if (uTool.value === ITEM.BOW) this.#poseBow(view, age);
    else if (this.#hands === HANDS.SWING) poseBlow(right, uHeldRight.value, age);
    else if (this.#hands === HANDS.DIG) poseDig(right, uHeldRight.value, view.nowMs / 1_000);
    else if (this.#hands === HANDS.THROW) poseThrow(right, age);
    else if (this.#hands === HANDS.HORN) poseHorn(right, uHeldRight.value, age);
    else if (uTool.value === ITEM.PICK) set(uHeldRight.value, 0.1, 0.3, 0);
    else if (uTool.value === ITEM.BLOCK || uTool.value === ITEM.BOMB) this.#poseCarry();
  }

  /** On the open hand, where the hotbar does not hide it. */
  #poseCarry(): void {
    const { uRight, uHeldRight, uShiftRight, uTool } = this.#uniforms;
    set(uRight.value, 0.53, 0.18, 0.11, 1.56);
    const isBlock = uTool.value === ITEM.BLOCK;
    set(uShiftRight.value, 0.045, isBlock ? 0.11 : 0.195, -0.024);
    set(uHeldRight.value, -0.52, isBlock ? 0.2 : 0, 0.3);
  }

  #poseBow(view: FrameView, age: number): void {
    const { uRight, uLeft, uHeldLeft, uShiftRight, uShiftLeft, uPull } = this.#uniforms;
    const isLoosing = this.#hands === HANDS.LOOSE && age < LOOSED_SECONDS;
    const bow = this.#bow;
    bow.follow(view.own.drawTicks / DRAW_TICKS_FULL, isLoosing, view.deltaMs / 1_000);
    set(uLeft.value, ...bow.left);
    set(uHeldLeft.value, ...bow.heldLeft);
    set(uShiftLeft.value, ...bow.shiftLeft);
    set(uRight.value, ...bow.right);
    set(uShiftRight.value, ...bow.shiftRight);
    uPull.value = bow.pull;
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
