//! The own body as it is drawn and shown: the server's word for what it has, the prediction for
//! where it is. Main thread.

import type { OwnReport, Welcome } from "../wire/link";
import {
  FLAG,
  motionDashTicks,
  motionDashWaitTicks,
  motionFlags,
  motionVelocity,
} from "./motion";
import { GEAR, HANDS, LEGS, SLOT, type OwnState, type Vector3 } from "./state";

const EYE_HEIGHT = 1.62;
const EYE_HEIGHT_CROUCHED = 1.27;
const EYE_HALF_LIFE_MS = 40;
/** Below this a body stands, as others see it; metres per second. */
const WALK_SPEED_MIN = 0.4;
/** How long hands show what they did, as on the server. */
const HANDS_SHOWN_MS = 300;
/** Index of the dash in `waitTicks`. */
const WAIT_DASH = 4;

export class OwnBody {
  readonly state: OwnState = freshState();
  private eyeHeight = EYE_HEIGHT;
  private hands = 0;
  private handsUntilMs = 0;

  /** Nobody, as before the first welcome. */
  leave(): void {
    Object.assign(this.state, freshState());
  }

  welcome(welcome: Welcome): void {
    this.leave();
    this.state.id = welcome.body;
    this.state.name = welcome.name;
    this.state.house = welcome.house;
  }

  report(report: OwnReport): void {
    const { state } = this;
    state.alive = report.alive;
    state.health = report.health;
    state.healthMax = report.healthMax;
    state.respawnTicks = report.respawnTicks;
    state.waitTicks = report.waitTicks;
    state.drawTicks = report.drawTicks;
    state.digProgress = report.digProgress;
    state.bombsCount = report.bombsCount;
    state.blocksCount = report.blocksCount;
    state.kills = report.kills;
    state.deaths = report.deaths;
    state.score = report.score;
  }

  /** The hands begin something, for the third person. */
  useHands(hands: number, nowMs: number): void {
    this.hands = hands;
    this.handsUntilMs = nowMs + HANDS_SHOWN_MS;
  }

  /** Takes the prediction's newest motion and where it is shown. */
  move(motion: Uint8Array, position: Vector3, slot: number, nowMs: number, deltaMs: number): void {
    const { state } = this;
    const flags = motionFlags(motion);
    state.position = position;
    state.velocity = motionVelocity(motion);
    state.grounded = (flags & FLAG.GROUNDED) !== 0;
    state.swimming = (flags & FLAG.SWIMMING) !== 0;
    state.crouched = (flags & FLAG.CROUCHED) !== 0;
    state.running = (flags & FLAG.RUNNING) !== 0;
    state.dashing = motionDashTicks(motion) > 0;
    state.waitTicks[WAIT_DASH] = motionDashWaitTicks(motion);
    state.slot = slot;
    state.pose = this.legs() | (this.handsNow(nowMs) << 4);
    const wanted = state.crouched ? EYE_HEIGHT_CROUCHED : EYE_HEIGHT;
    this.eyeHeight += (wanted - this.eyeHeight) * (1 - 0.5 ** (deltaMs / EYE_HALF_LIFE_MS));
  }

  get eye(): Vector3 {
    const { x, y, z } = this.state.position;
    return { x, y: y + this.eyeHeight, z };
  }

  private legs(): number {
    const { state } = this;
    if (!state.alive) return LEGS.DEAD;
    if (state.dashing) return LEGS.DASH;
    if (state.swimming) return LEGS.SWIM;
    if (!state.grounded) return LEGS.AIR;
    if (state.crouched) return LEGS.CROUCH;
    const speed = Math.hypot(state.velocity.x, state.velocity.z);
    if (speed < WALK_SPEED_MIN) return LEGS.IDLE;
    return state.running ? LEGS.RUN : LEGS.WALK;
  }

  private handsNow(nowMs: number): number {
    if (this.state.drawTicks > 0) return HANDS.DRAW;
    if (nowMs < this.handsUntilMs) return this.hands;
    return this.state.slot === SLOT.BOW ? HANDS.BOW : HANDS.REST;
  }
}

function freshState(): OwnState {
  return {
    id: 0,
    name: "",
    house: 0,
    gear: GEAR.PLAYER,
    position: { x: 0, y: 0, z: 0 },
    velocity: { x: 0, y: 0, z: 0 },
    grounded: true,
    swimming: false,
    crouched: false,
    running: false,
    dashing: false,
    pose: 0,
    alive: true,
    health: 1,
    healthMax: 1,
    respawnTicks: 0,
    slot: 0,
    waitTicks: [0, 0, 0, 0, 0, 0],
    drawTicks: 0,
    digProgress: 0,
    bombsCount: 0,
    blocksCount: 0,
    kills: 0,
    deaths: 0,
    score: 0,
  };
}
