//! The game as the page knows it: takes what the wire brings, advances the own body and the
//! playback clock, and shows a view for drawing. It draws nothing and reads no keys. Main thread.

import {
  NO_TARGET,
  type ForWorld,
  type InputData,
  type Overload,
  type OwnReport,
  type ServerMessage,
  type ToWire,
  type Welcome,
  type WireHealth,
} from "../wire/link";
import { aimBlock, aimBody, beyond, cameraDistance, isUnderwater, lookDirection } from "./aim";
import { Bodies } from "./bodies";
import { Chronicle } from "./chronicle";
import { PlaybackClock } from "./clock";
import type { Core } from "./core";
import { Drops } from "./drops";
import { EventQueue } from "./event_queue";
import { Ghosts } from "./ghosts";
import { InputClock } from "./input_clock";
import { motionPosition } from "./motion";
import { OwnBody } from "./own_body";
import { Prediction } from "./prediction";
import { sceneView } from "./scene_camera";
import {
  BUTTON,
  HANDS,
  PLACED_BLOCKS,
  SLOT,
  type BlockAim,
  type Controls,
  type FrameView,
  type GameEvent,
  type Phase,
  type Settings,
} from "./state";
import { Talk } from "./talk";
import { Terrain, type MesherPort } from "./terrain";

/** Where the hands and the head are; input's side of the world. */
export interface ControlSource {
  /** What is held, and what was pressed since the last step. */
  sample(): Controls;
  /** Radians, for the camera between steps. */
  readonly yaw: number;
  readonly pitch: number;
  readonly slot: number;
  /** Turns the head; radians. */
  look(yaw: number, pitch: number): void;
}

/** Where the foe is: House Ember's keep lies west of the field, House Tide's east. Radians. */
const FOE_YAW = [Math.PI / 2, (3 * Math.PI) / 2] as const;
/** Bodies not heard of for so many times the bound in Welcome are gone (WIRE.md). */
const EXPIRY_STALENESS = 2;
const EXPIRY_CHECK_MS = 500;
const TURN = Math.PI * 2;
const WIRE_TURN = 65_536;
const PITCH_MAX = 16_384;
const LEVEL_SHARE = 256;
/** A server that does all it should. */
const NO_OVERLOAD: Overload = { steps: 0, ratePermille: 1_000, stalenessTicksMax: 0 };
/** Of the eye behind the title. */
const SCENE_CAMERA = { thirdPerson: false, underwater: false };

export class World {
  readonly bodies = new Bodies();
  readonly clock = new PlaybackClock();
  readonly prediction: Prediction;
  readonly terrain: Terrain;
  readonly ghosts = new Ghosts();
  readonly own = new OwnBody();
  readonly chronicle: Chronicle;
  readonly talk = new Talk();
  readonly drops = new Drops();
  phase: Phase = "title";
  phaseMessage = "";
  retryAtMs = 0;
  worldEdgeBlocks = 1_024;
  serverTickMs = 0;
  wireHealth: WireHealth | null = null;
  overload = NO_OVERLOAD;
  /** Refused inputs by reason (WIRE.md), for the debug object. */
  readonly refusals: number[] = [];
  /** Times the server let this page in, for the debug object. */
  welcomesCount = 0;
  /** Grows with every connection: renderers forget what they had. */
  connectionNumber = 0;
  private readonly events = new EventQueue();
  private readonly inputClock = new InputClock();
  private welcome: Welcome | null = null;
  private sequence = 0;
  private expiryMs = 0;
  private hasDrawn = false;
  /** Whether the body was put somewhere new and should look towards the foe. */
  private isPlaced = false;
  private frameEvents: readonly GameEvent[] = [];
  private aim: BlockAim | null = null;
  private bodyAim = 0;

  constructor(
    private readonly core: Core,
    mesher: MesherPort,
    private readonly send: (message: ToWire) => void,
  ) {
    this.prediction = new Prediction(core);
    this.terrain = new Terrain(
      core,
      mesher,
      () => (this.connectionNumber += 1),
      (message) => this.hearScene(message, performance.now()),
    );
    this.chronicle = new Chronicle(this.bodies, this.own.state);
    this.beginScene();
  }

  /** Whether the battle behind the title is shown: no server let this page in. */
  get isScene(): boolean {
    return this.welcome === null;
  }

  receive(message: ForWorld, nowMs: number): void {
    switch (message.kind) {
      case "phase":
        this.phaseMessage = message.message;
        this.retryAtMs = message.retryAtMs;
        return this.enter(message.phase);
      case "net":
        this.wireHealth = message.net;
        return;
      case "welcome":
        return this.start(message.welcome);
      case "bricks":
      case "edits":
      case "forget":
        this.terrain.apply(message);
        if (message.kind === "edits") {
          this.prediction.hearTerrain(message.tick, message.now.length);
        }
        return;
      default:
        this.hear(message, nowMs);
    }
  }

  /** Takes the movement steps that are due; also between frames, where drawing is slow. */
  step(nowMs: number, controls: ControlSource): void {
    if (this.phase !== "joined" || !this.prediction.isReady) return;
    this.faceFoe(controls);
    this.takeSteps(nowMs, controls);
  }

  /** Advances by a frame: the clock and what is shown. */
  advance(nowMs: number, deltaMs: number, controls: ControlSource, settings: Settings): void {
    this.clock.advance(nowMs, deltaMs);
    this.step(nowMs, controls);
    if (this.isScene) this.terrain.look(sceneView(nowMs).eye, settings.viewDistanceBlocks);
    if (this.phase === "joined" && this.prediction.isReady) {
      this.placeOwn(nowMs, deltaMs, controls);
      this.terrain.look(this.own.eye, settings.viewDistanceBlocks);
    }
    this.bodies.select(this.clock.renderTick);
    this.expire(nowMs);
    this.ghosts.settle((x, y, z) => this.core.block(x, y, z), nowMs);
    this.frameEvents = this.events.take(this.clock.renderTick);
    for (const event of this.frameEvents) this.chronicle.hear(event, controls.yaw, nowMs);
  }

  /** Writes this frame's state into the object that drawing reads. */
  show(view: FrameView, controls: ControlSource): void {
    view.renderTick = this.clock.renderTick;
    view.camera.fieldOfView = view.settings.fieldOfView;
    if (!this.isScene) this.showOwn(view, controls);
    else Object.assign(view.camera, sceneView(view.nowMs), SCENE_CAMERA);
    view.battle = this.chronicle.battle;
    view.events = this.frameEvents;
    view.terrain = this.terrain.take(view.deltaMs);
    view.drops = this.drops.lying;
    view.findsCount = this.drops.findsCount;
    view.levelsCount = this.chronicle.levelsCount;
    view.aim = this.aim;
    view.aimBody = this.bodyAim;
    view.ghosts = this.ghosts.all;
  }

  private showOwn(view: FrameView, controls: ControlSource): void {
    const { camera } = view;
    camera.eye = this.own.eye;
    camera.yaw = controls.yaw;
    camera.pitch = controls.pitch;
    camera.thirdPerson = view.settings.thirdPerson || !this.own.state.alive;
    if (camera.thirdPerson) {
      const { yaw, pitch } = controls;
      camera.thirdPersonDistance = cameraDistance(this.core, this.own.eye, yaw, pitch);
    }
    camera.underwater = isUnderwater(this.core, this.own.eye);
  }

  private enter(phase: Phase): void {
    const isLeaving = phase === "title" && this.phase !== "title";
    this.phase = phase;
    if (isLeaving) this.beginScene();
  }

  /** The battle behind the title, until a server lets this page in. */
  private beginScene(): void {
    this.welcome = null;
    this.own.leave();
    this.talk.forget();
    this.forget(0);
    this.terrain.beginScene();
  }

  private hearScene(message: ServerMessage, nowMs: number): void {
    if (this.isScene) this.hear(message, nowMs);
  }

  private start(welcome: Welcome): void {
    this.welcome = welcome;
    this.welcomesCount += 1;
    this.worldEdgeBlocks = welcome.worldEdgeBlocks;
    this.own.welcome(welcome);
    this.forget(welcome.tick);
    this.terrain.reset();
    this.isPlaced = !welcome.resumed;
    // Of words that were removed meanwhile only who is back in time is told; the last ones are told anew.
    if (!welcome.resumed) this.talk.forget();
  }

  /** All of an earlier battle; the next one's ticks start near `tick`. */
  private forget(tick: number): void {
    this.bodies.reset(tick);
    this.clock.reset();
    this.events.reset();
    this.ghosts.reset();
    this.drops.reset();
    this.prediction.reset();
    this.inputClock.reset();
    this.overload = NO_OVERLOAD;
    this.chronicle.reset();
    this.sequence = 0;
    this.aim = null;
    this.bodyAim = 0;
  }

  private hear(message: ServerMessage, nowMs: number): void {
    switch (message.kind) {
      case "snapshot":
        this.clock.arrived(message.samples.tick, nowMs);
        this.bodies.apply(message.samples, this.clock.renderTick, this.own.state.id);
        if (message.own) this.report(message.own);
        return;
      case "events":
        return this.events.add(message.tick, message.events, this.own.state.id);
      case "appearances":
        for (const { id, name, house, gear } of message.seen) {
          this.bodies.introduce(id, name, house, gear);
          if (id === this.own.state.id) this.own.state.gear = gear;
        }
        return this.bodies.dismiss(message.gone);
      case "battle":
        return this.chronicle.update(message.battle, nowMs);
      case "kills":
        return this.chronicle.kills(message.kills, nowMs);
      case "scoreboard":
        this.chronicle.scoreboard = message.rows;
        return;
      case "density":
        this.chronicle.density = message.density;
        return;
      case "overload":
        return this.heed(message.overload, nowMs);
      case "drops":
        return this.drops.replace(message.drops);
      case "found":
        return this.drops.find(message.found, nowMs);
      case "said":
        return this.talk.hear(message.said, this.own.state.id, nowMs);
      case "removed":
        return this.talk.remove(message.sequence);
      case "unsaid":
        return this.talk.refuse(message.unsaid, nowMs, performance.timeOrigin + nowMs);
      case "refusals":
        for (const reason of message.reasons) {
          this.refusals[reason] = (this.refusals[reason] ?? 0) + 1;
        }
        return this.ghosts.refuse(message.sequences);
      default:
        return;
    }
  }

  /** The world runs slower or faster, and other bodies are told of less or more often. */
  private heed(overload: Overload, nowMs: number): void {
    this.overload = overload;
    const rate = overload.ratePermille / 1_000;
    this.clock.setRate(rate, nowMs);
    this.inputClock.setRate(rate);
    this.ghosts.rate = rate;
  }

  private report(report: OwnReport): void {
    if (this.prediction.isStale(report)) return;
    // After a reconnect the server goes on counting where the lost connection stopped.
    this.sequence = Math.max(this.sequence, report.inputSequence);
    this.prediction.confirm(report);
    this.inputClock.heard(report.inputQueueCount);
    this.serverTickMs = report.tickCostMs;
    if (report.alive && !this.own.state.alive) {
      this.chronicle.killedBy = null;
      this.isPlaced = true;
    }
    this.own.report(report);
  }

  private faceFoe(controls: ControlSource): void {
    if (!this.isPlaced) return;
    this.isPlaced = false;
    controls.look(FOE_YAW[this.own.state.house] ?? 0, 0);
  }

  private takeSteps(nowMs: number, source: ControlSource): void {
    const records: InputData[] = [];
    const due = this.inputClock.due(nowMs);
    for (let taken = 0; taken < due; taken++) {
      if (this.prediction.isFull) {
        if (taken === 0) this.prediction.rest();
        break;
      }
      const controls = source.sample();
      const input = this.makeInput(controls);
      this.prediction.predict(input, this.own.state.alive);
      this.useHands(controls, input, nowMs);
      records.push(input);
    }
    // Even without a new one: those that wait for the server's word go again.
    if (due > 0) this.send({ kind: "inputs", records });
  }

  private makeInput(controls: Controls): InputData {
    this.sequence += 1;
    const direction = lookDirection(controls.yaw, controls.pitch);
    const aim = this.own.state.alive ? aimBlock(this.core, this.exactEye(), direction) : null;
    const viewTick = Math.max(0, Math.floor(this.clock.renderTick));
    const passed = this.clock.renderTick - viewTick;
    return {
      sequence: this.sequence,
      viewTick,
      viewFraction: Math.min(255, Math.max(0, Math.floor(passed * LEVEL_SHARE))),
      buttons: controls.buttons,
      yaw: wireAngle(controls.yaw) & 0xffff,
      pitch: Math.max(-PITCH_MAX, Math.min(PITCH_MAX, wireAngle(controls.pitch))),
      slot: controls.slot,
      targetX: aim?.block.x ?? 0,
      targetY: aim?.block.y ?? 0,
      targetZ: aim?.block.z ?? 0,
      targetFace: aim?.face ?? NO_TARGET,
      respawnBanner: controls.respawnBanner,
    };
  }

  /** Of the newest prediction, without the smoothing: what the server will check the aim from. */
  private exactEye() {
    const motion = this.prediction.motion;
    if (!motion) return this.own.eye;
    const { x, y, z } = motionPosition(motion);
    return { x, y: y + this.own.eye.y - this.own.state.position.y, z };
  }

  /** What the player sees of its own deed before the server confirms it. */
  private useHands(controls: Controls, input: InputData, nowMs: number): void {
    const state = this.own.state;
    if (!state.alive) return;
    const uses = (bit: number) => (controls.buttons & bit) !== 0;
    if (uses(BUTTON.HORN)) this.own.useHands(HANDS.HORN, nowMs);
    const isPrimary = uses(BUTTON.PRIMARY);
    if (state.slot === SLOT.BOW && this.hasDrawn && !isPrimary) {
      this.own.useHands(HANDS.LOOSE, nowMs);
    }
    this.hasDrawn = state.slot === SLOT.BOW && isPrimary;
    if (!isPrimary) return;
    if (controls.slot === SLOT.SWORD) this.own.useHands(HANDS.SWING, nowMs);
    if (controls.slot === SLOT.BOMB) this.own.useHands(HANDS.THROW, nowMs);
    if (controls.slot < SLOT.PICK || input.targetFace === NO_TARGET) return;
    this.own.useHands(HANDS.DIG, nowMs);
    if (controls.slot >= SLOT.PLACE_FIRST && state.blocksCount > 0) this.place(input, nowMs);
  }

  private place(input: InputData, nowMs: number): void {
    const block = { x: input.targetX, y: input.targetY, z: input.targetZ };
    const where = beyond({ block, face: input.targetFace, id: 0 });
    const now = PLACED_BLOCKS[input.slot - SLOT.PLACE_FIRST];
    this.ghosts.place(where, now, input.sequence, nowMs);
  }

  private placeOwn(nowMs: number, deltaMs: number, controls: ControlSource): void {
    const motion = this.prediction.motion;
    if (!motion) return;
    const shown = this.prediction.shownAt(this.inputClock.share, deltaMs);
    this.own.move(motion, shown, controls.slot, nowMs, deltaMs);
    const direction = lookDirection(controls.yaw, controls.pitch);
    this.aim = this.own.state.alive ? aimBlock(this.core, this.own.eye, direction) : null;
    this.bodyAim = aimBody(this.core, this.bodies, this.clock.renderTick, this.own.eye, direction);
  }

  private expire(nowMs: number): void {
    if (!this.welcome || nowMs < this.expiryMs) return;
    this.expiryMs = nowMs + EXPIRY_CHECK_MS;
    const told = this.overload.stalenessTicksMax || this.welcome.stalenessTicksMax;
    const ticks = told * EXPIRY_STALENESS;
    this.bodies.expire(this.clock.newestTick - ticks);
  }
}

function wireAngle(radians: number): number {
  return Math.round((radians / TURN) * WIRE_TURN);
}
