//! What is always heard: wind over the field, and the murmur of the battle that grows with the
//! crowd around the listener.

import type { VoiceStage } from "./voices";

/** Crowd at which the murmur is loudest. */
const CROWD_FULL = 160;
/** Seconds over which loudness follows. */
const FOLLOW_SECONDS = 1.2;

export class Backdrop {
  readonly #context: BaseAudioContext;
  readonly #wind: GainNode;
  readonly #murmur: GainNode;
  readonly #din: GainNode;

  constructor(stage: VoiceStage, out: AudioNode) {
    this.#context = stage.context;
    this.#wind = layer(stage, out, { type: "lowpass", pitch: 320, sharpness: 0.6, gust: 0.11 });
    this.#murmur = layer(stage, out, { type: "bandpass", pitch: 430, sharpness: 1.4, gust: 0.43 });
    this.#din = layer(stage, out, { type: "bandpass", pitch: 2_600, sharpness: 2.5, gust: 0.9 });
  }

  /** `crowd` fighters near, weighted by nearness; `height` metres above the land's usual level. */
  follow(crowd: number, height: number): void {
    const share = Math.min(1, crowd / CROWD_FULL);
    const now = this.#context.currentTime;
    const wind = 0.05 + Math.min(0.1, Math.max(0, height) * 0.002);
    this.#wind.gain.setTargetAtTime(wind, now, FOLLOW_SECONDS);
    this.#murmur.gain.setTargetAtTime(0.24 * Math.sqrt(share), now, FOLLOW_SECONDS);
    this.#din.gain.setTargetAtTime(0.06 * share, now, FOLLOW_SECONDS);
  }
}

interface Layer {
  type: BiquadFilterType;
  pitch: number;
  sharpness: number;
  /** Swells per second. */
  gust: number;
}

/** Endless noise through a filter whose pitch swells slowly. */
function layer(stage: VoiceStage, out: AudioNode, shape: Layer): GainNode {
  const { context } = stage;
  const source = context.createBufferSource();
  source.buffer = stage.noise;
  source.loop = true;
  const filter = context.createBiquadFilter();
  filter.type = shape.type;
  filter.frequency.value = shape.pitch;
  filter.Q.value = shape.sharpness;
  const swell = context.createOscillator();
  swell.frequency.value = shape.gust;
  const depth = context.createGain();
  depth.gain.value = shape.pitch * 0.3;
  swell.connect(depth);
  depth.connect(filter.frequency);
  const gain = context.createGain();
  gain.gain.value = 0;
  source.connect(filter);
  filter.connect(gain);
  gain.connect(out);
  source.start();
  swell.start();
  return gain;
}
