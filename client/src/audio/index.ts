//! Places sounds in the world: events become sounds heard from where they happen.

import { LEGS, type FrameView, type GameEvent, type Speaker, type Vector3 } from "../world/state";
import { renderSound, SOUND_NAMES, SOUND_RATE_HZ, type SoundName } from "./sounds";

/** More at once are a roar in which nobody hears the next. */
const VOICES_MAX = 28;
const HEARD_METRES_MAX = 90;
/** Distance at which a sound is at its own loudness. */
const NEAR_METRES = 3;
const STEP_WALK_MS = 420;
const STEP_RUN_MS = 300;

export function createSpeaker(): Speaker {
  return new WorldSpeaker();
}

class WorldSpeaker implements Speaker {
  private context: AudioContext | null = null;
  private master: GainNode | null = null;
  private readonly buffers = new Map<SoundName, AudioBuffer>();
  private voicesCount = 0;
  private nextStepMs = 0;

  unlock(): void {
    if (this.context) {
      void this.context.resume();
      return;
    }
    const context = new AudioContext();
    this.context = context;
    this.master = context.createGain();
    this.master.connect(context.destination);
    for (const name of SOUND_NAMES) {
      const samples = renderSound(name);
      const buffer = context.createBuffer(1, samples.length, SOUND_RATE_HZ);
      buffer.copyToChannel(samples, 0);
      this.buffers.set(name, buffer);
    }
  }

  hear(view: FrameView): void {
    if (!this.context || !this.master || this.context.state !== "running") return;
    this.master.gain.value = view.settings.volume;
    this.turnHead(this.context.listener, view);
    for (const event of view.events) this.play(event, view);
    this.step(view);
  }

  private turnHead(listener: AudioListener, view: FrameView): void {
    const { eye, yaw } = view.camera;
    // Firefox has no AudioParams here.
    if (!listener.positionX) {
      listener.setPosition(eye.x, eye.y, eye.z);
      listener.setOrientation(Math.sin(yaw), 0, -Math.cos(yaw), 0, 1, 0);
      return;
    }
    listener.positionX.value = eye.x;
    listener.positionY.value = eye.y;
    listener.positionZ.value = eye.z;
    listener.forwardX.value = Math.sin(yaw);
    listener.forwardZ.value = -Math.cos(yaw);
  }

  private play(event: GameEvent, view: FrameView): void {
    const sound = soundOf(event);
    if (!sound) return;
    const place = "position" in event ? event.position : "block" in event ? event.block : null;
    this.start(sound, place, view.camera.eye, 1);
  }

  /** The own feet. */
  private step(view: FrameView): void {
    const legs = view.own.pose & 15;
    if (legs !== LEGS.WALK && legs !== LEGS.RUN) return;
    if (view.nowMs < this.nextStepMs) return;
    this.nextStepMs = view.nowMs + (legs === LEGS.RUN ? STEP_RUN_MS : STEP_WALK_MS);
    this.start("step", null, view.camera.eye, 0.35);
  }

  private start(name: SoundName, place: Vector3 | null, eye: Vector3, loudness: number): void {
    const { context, master } = this;
    const buffer = this.buffers.get(name);
    if (!context || !master || !buffer || this.voicesCount >= VOICES_MAX) return;
    if (place && distance(place, eye) > HEARD_METRES_MAX) return;
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.playbackRate.value = 0.92 + Math.random() * 0.16;
    const gain = context.createGain();
    gain.gain.value = loudness;
    source.connect(gain);
    if (place) gain.connect(pannerAt(context, place)).connect(master);
    else gain.connect(master);
    this.voicesCount += 1;
    source.onended = () => {
      this.voicesCount -= 1;
    };
    source.start();
  }
}

function soundOf(event: GameEvent): SoundName | null {
  switch (event.kind) {
    case "arrowLoosed":
      return "loose";
    case "arrowStopped":
      return "thud";
    case "bombThrown":
      return "swing";
    case "explosion":
      return "explosion";
    case "hurt":
      return event.weapon === 0 ? "clash" : "hurt";
    case "hornBlown":
      return "horn";
    case "died":
      return "fall";
    case "blockBroken":
      return "break";
    case "blockPlaced":
      return "place";
    case "bannerTaken":
    case "roundStarted":
    case "roundEnded":
      return "banner";
    default:
      return null;
  }
}

function pannerAt(context: AudioContext, place: Vector3): PannerNode {
  return new PannerNode(context, {
    panningModel: "equalpower",
    distanceModel: "inverse",
    refDistance: NEAR_METRES,
    maxDistance: HEARD_METRES_MAX,
    positionX: place.x,
    positionY: place.y,
    positionZ: place.z,
  });
}

function distance(first: Vector3, second: Vector3): number {
  return Math.hypot(first.x - second.x, first.y - second.y, first.z - second.z);
}
