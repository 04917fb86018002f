//! The mixing desk: places voices around the listener, limits how many sound at once, and keeps the
//! whole from clipping.

import type { Vector3 } from "../world/state";
import { prerender, type SoundBank } from "./prerender";
import { noiseBuffer, type SoundName, type VoiceStage } from "./voices";

/** Voices at once; a newcomer is dropped while all sound. */
const VOICES_MAX = 24;
/** The same sound again within this time is dropped: a volley is one noise. */
const REPEAT_SECONDS = 0.035;
/** Fainter than this is not played. */
const GAIN_MIN = 0.015;
/** Metres a second. */
const SOUND_SPEED = 343;
const DELAY_SECONDS_MAX = 0.35;

export interface Loudness {
  /** Metres at which it is half as loud. */
  readonly reach: number;
  /** How loud it is beside the ear. */
  readonly gain: number;
}

export class Mixer {
  readonly stage: VoiceStage;
  /** Where the backdrop goes: past the voices, before the volume. */
  readonly bed: GainNode;
  readonly #context: AudioContext;
  readonly #bank: SoundBank = new Map();
  readonly #volume: GainNode;
  readonly #ear: Vector3 = { x: 0, y: 0, z: 0 };
  readonly #lastPlayed = new Map<SoundName, number>();
  /** When each voice falls silent, by the audio clock. */
  readonly #voiceEnds: number[] = [];
  #yaw = 0;
  /** The volume asked for last. */
  #loudness = Number.NaN;

  constructor(context: AudioContext) {
    this.#context = context;
    this.stage = { context, noise: noiseBuffer(context) };
    this.#volume = context.createGain();
    const limiter = context.createDynamicsCompressor();
    limiter.threshold.value = -14;
    limiter.ratio.value = 8;
    limiter.attack.value = 0.003;
    limiter.release.value = 0.18;
    this.bed = context.createGain();
    this.bed.connect(limiter);
    limiter.connect(this.#volume);
    this.#volume.connect(context.destination);
    void prerender(this.#bank, context.sampleRate);
  }

  resume(): void {
    if (this.#context.state !== "running") void this.#context.resume();
  }

  listen(ear: Vector3, yaw: number, volume: number): void {
    this.#ear.x = ear.x;
    this.#ear.y = ear.y;
    this.#ear.z = ear.z;
    this.#yaw = yaw;
    if (volume === this.#loudness) return;
    this.#loudness = volume;
    this.#volume.gain.setTargetAtTime(volume, this.#context.currentTime, 0.05);
  }

  /** A sound somewhere in the world: fainter, later and duller with distance. */
  play(name: SoundName, place: Vector3, loudness: Loudness): void {
    const dx = place.x - this.#ear.x;
    const dz = place.z - this.#ear.z;
    const distance = Math.hypot(dx, place.y - this.#ear.y, dz);
    const gain = loudness.gain / (1 + (distance / loudness.reach) ** 2);
    if (gain < GAIN_MIN) return;
    const bearing = Math.atan2(dx, -dz) - this.#yaw;
    const side = distance < 1 ? 0 : Math.sin(bearing) * 0.85;
    const delay = Math.min(DELAY_SECONDS_MAX, distance / SOUND_SPEED);
    this.#start(name, { gain, side, delay, brightness: 18_000 / (1 + distance / 12) });
  }

  /** A sound of the player's own, in the middle. */
  playNear(name: SoundName, loudness: Loudness): void {
    this.#start(name, { gain: loudness.gain, side: 0, delay: 0, brightness: 18_000 });
  }

  #start(
    name: SoundName,
    spot: { gain: number; side: number; delay: number; brightness: number },
  ): void {
    const context = this.#context;
    const now = context.currentTime;
    if (context.state !== "running") return;
    if (now - (this.#lastPlayed.get(name) ?? -1) < REPEAT_SECONDS) return;
    const variants = this.#bank.get(name);
    if (!variants || !this.#hasFreeVoice(now)) return;
    this.#lastPlayed.set(name, now);
    const source = context.createBufferSource();
    source.buffer = variants[Math.floor(Math.random() * variants.length)];
    const gain = context.createGain();
    gain.gain.value = spot.gain;
    const air = context.createBiquadFilter();
    air.type = "lowpass";
    air.frequency.value = spot.brightness;
    const pan = context.createStereoPanner();
    pan.pan.value = spot.side;
    source.connect(gain).connect(air).connect(pan).connect(this.bed);
    source.start(now + spot.delay);
    source.onended = () => pan.disconnect();
    this.#voiceEnds.push(now + spot.delay + source.buffer.duration);
  }

  #hasFreeVoice(now: number): boolean {
    let kept = 0;
    for (const end of this.#voiceEnds) {
      if (end > now) this.#voiceEnds[kept++] = end;
    }
    this.#voiceEnds.length = kept;
    return kept < VOICES_MAX;
  }
}
