//! The camera as drawn: the player's eye or a place behind it, widened by speed, shaken by blasts.

import { PerspectiveCamera, Vector3 } from "three";

import { THIRD_PERSON, type FrameView } from "../world/state";

/** Degrees that running and dashing widen the view. */
const WIDEN_RUN_DEGREES = 5;
const WIDEN_DASH_DEGREES = 14;
/** How fast the width follows, per second. */
const WIDEN_RATE = 9;
/** How fast the camera's distance behind the head grows back, per second; it shrinks at once. */
const RETREAT_RATE = 6;
/** A blast is felt up to here, in metres. */
const BLAST_REACH = 40;
/** Over the shoulder it looks at where the eye looks so far ahead: there the crosshair is true. */
const FOCUS_METRES = 18;

const NEAR = 0.08;

export class ViewCamera {
  readonly camera = new PerspectiveCamera(75, 1, NEAR, 900);
  /** Metres behind the eye; 0 in first person. */
  behind = 0;
  #widened = 0;
  #shake = 0;
  #back = new Vector3();

  constructor() {
    this.camera.rotation.order = "YXZ";
    this.camera.matrixAutoUpdate = false;
  }

  resize(aspect: number): void {
    this.camera.aspect = aspect;
  }

  /** Feels a blast at a point. */
  feelBlast(x: number, y: number, z: number): void {
    const at = this.camera.position;
    const distance = Math.hypot(x - at.x, y - at.y, z - at.z);
    this.#shake = Math.max(this.#shake, 1 - distance / BLAST_REACH);
  }

  /** A knock on the player's own body, 0..1. */
  feelKnock(strength: number): void {
    this.#shake = Math.max(this.#shake, strength);
  }

  follow(view: FrameView): void {
    const seconds = view.deltaMs / 1_000;
    const { eye, yaw, pitch, fieldOfView } = view.camera;
    this.#widen(view, seconds);
    const camera = this.camera;
    camera.fov = fieldOfView + this.#widened;
    camera.rotation.set(pitch, -yaw, 0);
    this.#tremble(view.nowMs / 1_000, seconds);
    camera.position.set(eye.x, eye.y, eye.z);
    this.#stepBack(view, seconds);
    camera.updateProjectionMatrix();
    camera.updateMatrix();
    camera.matrixWorld.copy(camera.matrix);
    camera.matrixWorldInverse.copy(camera.matrixWorld).invert();
  }

  #widen(view: FrameView, seconds: number): void {
    const { own } = view;
    const moving = Math.hypot(own.velocity.x, own.velocity.z) > 1;
    const dash = own.dashing ? WIDEN_DASH_DEGREES : 0;
    const goal = dash || (own.running && moving ? WIDEN_RUN_DEGREES : 0);
    this.#widened += (goal - this.#widened) * (1 - Math.exp(-WIDEN_RATE * seconds));
  }

  #tremble(now: number, seconds: number): void {
    if (this.#shake <= 0) return;
    const amount = this.#shake * this.#shake * 0.05;
    const rotation = this.camera.rotation;
    rotation.x += amount * Math.sin(now * 47);
    rotation.y += amount * Math.sin(now * 41 + 1.3);
    rotation.z = amount * 1.5 * Math.sin(now * 53 + 2.1);
    this.#shake = Math.max(0, this.#shake - seconds * 1.6);
  }

  #stepBack(view: FrameView, seconds: number): void {
    const goal = view.camera.thirdPerson ? view.camera.thirdPersonDistance : 0;
    if (goal < this.behind) this.behind = goal;
    else this.behind += (goal - this.behind) * (1 - Math.exp(-RETREAT_RATE * seconds));
    if (this.behind < 0.01) return;
    const share = this.behind / THIRD_PERSON.back;
    const [right, up] = [THIRD_PERSON.right * share, THIRD_PERSON.up * share];
    const { rotation, position } = this.camera;
    position.add(this.#back.set(right, up, this.behind).applyEuler(rotation));
    rotation.y += Math.atan2(right, FOCUS_METRES + this.behind);
    rotation.x -= Math.atan2(up, FOCUS_METRES + this.behind);
  }
}
