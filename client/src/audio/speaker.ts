//! Hears the frame and plays it: events become positional voices, the player's own acts are heard
//! at once, the crowd becomes a murmur. Silent until the first click, as browsers demand.

import { HANDS, SLOT, type FrameView, type GameEvent, type Speaker } from "../world/state";
import { Backdrop } from "./backdrop";
import { Mixer, type Loudness } from "./mixer";
import type { SoundName } from "./voices";

/** Metres walked between two steps. */
const STEP_METRES = 1.55;
/** Seconds between two knocks of the pick. */
const DIG_SECONDS = 0.47;
const CROWD_METRES = 45;
/** Frames between two counts of the crowd. */
const CROWD_FRAMES = 20;
/** Height of open land; wind grows above it. */
const LAND_METRES = 70;

/** How far each sound carries, in metres at which it is half as loud; and how loud it is near. */
const LOUDNESS: Readonly<Record<SoundName, Loudness>> = {
  clash: { reach: 9, gain: 0.5 },
  swing: { reach: 4, gain: 0.35 },
  hit: { reach: 8, gain: 0.7 },
  bow: { reach: 8, gain: 0.5 },
  arrow: { reach: 6, gain: 0.5 },
  explosion: { reach: 30, gain: 1.5 },
  dig: { reach: 7, gain: 0.5 },
  crumble: { reach: 12, gain: 0.6 },
  place: { reach: 8, gain: 0.5 },
  step: { reach: 4, gain: 0.35 },
  horn: { reach: 40, gain: 0.9 },
  cry: { reach: 10, gain: 0.3 },
  heal: { reach: 8, gain: 0.5 },
  find: { reach: 4, gain: 0.4 },
  level: { reach: 4, gain: 0.6 },
  victory: { reach: 40, gain: 0.9 },
};

export function createSpeaker(): Speaker {
  return new GameSpeaker();
}

class GameSpeaker implements Speaker {
  #mixer: Mixer | null = null;
  #backdrop: Backdrop | null = null;
  #walked = 0;
  #digSeconds = 0;
  #hands = 0;
  #findsCount = 0;
  #levelsCount = 0;
  #frame = 0;

  unlock(): void {
    if (this.#mixer) {
      this.#mixer.resume();
      return;
    }
    if (typeof AudioContext === "undefined") return;
    this.#mixer = new Mixer(new AudioContext({ latencyHint: "interactive" }));
    this.#backdrop = new Backdrop(this.#mixer.stage, this.#mixer.bed);
    this.#mixer.resume();
  }

  hear(view: FrameView): void {
    const mixer = this.#mixer;
    if (!mixer) return;
    this.#frame += 1;
    mixer.listen(view.camera.eye, view.camera.yaw, view.settings.volume);
    for (const event of view.events) this.#play(event, view);
    this.#hearOwn(view, mixer);
    if (this.#frame % CROWD_FRAMES === 0) {
      this.#backdrop?.follow(crowdNear(view), view.camera.eye.y - LAND_METRES);
    }
  }

  #play(event: GameEvent, view: FrameView): void {
    switch (event.kind) {
      case "arrowLoosed":
        return this.#at("bow", event.position);
      case "arrowStopped":
        return this.#at("arrow", event.position);
      case "explosion":
        return this.#at("explosion", event.position);
      case "hurt":
        this.#at("hit", event.position);
        if (event.weapon === 0) this.#at("clash", event.position);
        return;
      case "died":
        return this.#at("cry", event.position);
      case "healed":
        if (event.target === view.own.id) this.#at("heal", event.position);
        return;
      case "hornBlown":
        return this.#at("horn", event.position);
      case "blockBroken":
        return this.#at("crumble", event.block);
      case "blockPlaced":
        return this.#at("place", event.block);
      case "bannerTaken":
        return this.#mixer?.playNear("horn", LOUDNESS.horn);
      case "roundEnded":
        return this.#mixer?.playNear("victory", LOUDNESS.victory);
      default:
    }
  }

  #at(name: SoundName, place: { x: number; y: number; z: number }): void {
    this.#mixer?.play(name, place, LOUDNESS[name]);
  }

  /** Steps, swings and the pick of the player, without waiting for the server; what it picks up, and
   * the levels that it reaches. */
  #hearOwn(view: FrameView, mixer: Mixer): void {
    const { own } = view;
    const seconds = view.deltaMs / 1_000;
    const hands = own.pose >> 4;
    if (hands !== this.#hands) {
      if (hands === HANDS.SWING) mixer.playNear("swing", LOUDNESS.swing);
      this.#hands = hands;
    }
    if (own.alive && own.grounded) {
      this.#walked += Math.hypot(own.velocity.x, own.velocity.z) * seconds;
      if (this.#walked > STEP_METRES) {
        this.#walked = 0;
        mixer.playNear("step", LOUDNESS.step);
      }
    }
    if (view.findsCount !== this.#findsCount) {
      this.#findsCount = view.findsCount;
      mixer.playNear("find", LOUDNESS.find);
    }
    if (view.levelsCount !== this.#levelsCount) {
      this.#levelsCount = view.levelsCount;
      mixer.playNear("level", LOUDNESS.level);
    }
    this.#digSeconds += seconds;
    const isDigging = own.slot === SLOT.PICK && own.digProgress > 0;
    if (isDigging && this.#digSeconds > DIG_SECONDS) {
      this.#digSeconds = 0;
      mixer.playNear("dig", LOUDNESS.dig);
    }
  }
}

/** Bodies around the ear, near ones counting for more. */
function crowdNear(view: FrameView): number {
  const { bodies, camera } = view;
  let crowd = 0;
  for (let row = 0; row < bodies.count; row += 1) {
    const dx = bodies.newer[row * 4] - camera.eye.x;
    const dz = bodies.newer[row * 4 + 2] - camera.eye.z;
    const distance = Math.hypot(dx, dz);
    if (distance < CROWD_METRES) crowd += 1 - distance / CROWD_METRES;
  }
  return crowd * 2;
}
