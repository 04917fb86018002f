//! How each sound is made: oscillators and noise through filters and envelopes. No recordings.
//! Every recipe starts its nodes into `out` at `at` and returns how long it lasts, in seconds.

export interface VoiceStage {
  readonly context: BaseAudioContext;
  /** Two seconds of white noise, shared by all voices. */
  readonly noise: AudioBuffer;
}

export type Recipe = (stage: VoiceStage, out: AudioNode, at: number) => number;

interface Tone {
  type: OscillatorType;
  from: number;
  to: number;
  peak: number;
  attack: number;
  length: number;
}

/** A tone that glides from one pitch to another and dies away. */
function tone(stage: VoiceStage, out: AudioNode, at: number, shape: Tone): void {
  const source = stage.context.createOscillator();
  source.type = shape.type;
  source.frequency.setValueAtTime(shape.from, at);
  source.frequency.exponentialRampToValueAtTime(Math.max(1, shape.to), at + shape.length);
  source.connect(envelope(stage, out, at, shape.peak, shape.attack, shape.length));
  source.start(at);
  source.stop(at + shape.length + 0.02);
}

interface Hiss {
  type: BiquadFilterType;
  from: number;
  to: number;
  sharpness: number;
  peak: number;
  attack: number;
  length: number;
}

/** Noise through a filter that glides, dying away. */
function hiss(stage: VoiceStage, out: AudioNode, at: number, shape: Hiss): void {
  const source = stage.context.createBufferSource();
  source.buffer = stage.noise;
  source.playbackRate.value = varied(1, 0.15);
  const filter = stage.context.createBiquadFilter();
  filter.type = shape.type;
  filter.Q.value = shape.sharpness;
  filter.frequency.setValueAtTime(shape.from, at);
  filter.frequency.exponentialRampToValueAtTime(Math.max(10, shape.to), at + shape.length);
  source.connect(filter);
  filter.connect(envelope(stage, out, at, shape.peak, shape.attack, shape.length));
  source.start(at, Math.random());
  source.stop(at + shape.length + 0.02);
}

function envelope(
  stage: VoiceStage,
  out: AudioNode,
  at: number,
  peak: number,
  attack: number,
  length: number,
): GainNode {
  const gain = stage.context.createGain();
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(peak, at + attack);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
  gain.connect(out);
  return gain;
}

function varied(value: number, share: number): number {
  return value * (1 + (Math.random() * 2 - 1) * share);
}

/** Steel on steel: partials of a struck bar, none a multiple of another. */
const clash: Recipe = (stage, out, at) => {
  const base = varied(1_450, 0.18);
  for (const [ratio, peak, length] of [
    [1, 0.16, 0.42],
    [1.53, 0.12, 0.34],
    [2.32, 0.1, 0.26],
    [3.71, 0.07, 0.18],
  ]) {
    const from = base * ratio;
    tone(stage, out, at, { type: "sine", from, to: from * 0.985, peak, attack: 0.002, length });
  }
  const crack = { from: 5_200, to: 2_600, sharpness: 0.8, peak: 0.32, attack: 0.001, length: 0.06 };
  hiss(stage, out, at, { type: "highpass", ...crack });
  return 0.45;
};

const swing: Recipe = (stage, out, at) => {
  const air = { from: varied(500, 0.2), to: 1_900, sharpness: 1.6, peak: 1.4, attack: 0.07 };
  hiss(stage, out, at, { type: "bandpass", ...air, length: 0.2 });
  return 0.2;
};

const hit: Recipe = (stage, out, at) => {
  tone(stage, out, at, {
    type: "sine",
    from: varied(170, 0.15),
    to: 55,
    peak: 0.7,
    attack: 0.003,
    length: 0.16,
  });
  const flesh = { from: 1_500, to: 320, sharpness: 0.7, peak: 0.4, attack: 0.002, length: 0.11 };
  hiss(stage, out, at, { type: "lowpass", ...flesh });
  return 0.17;
};

const bow: Recipe = (stage, out, at) => {
  const from = varied(210, 0.1);
  tone(stage, out, at, { type: "triangle", from, to: 95, peak: 0.4, attack: 0.002, length: 0.22 });
  const air = { from: 2_600, to: 900, sharpness: 1.2, peak: 0.22, attack: 0.004, length: 0.14 };
  hiss(stage, out, at, { type: "bandpass", ...air });
  return 0.24;
};

const arrow: Recipe = (stage, out, at) => {
  const wood = { type: "triangle" as const, from: varied(420, 0.2), to: 160, peak: 0.4 };
  tone(stage, out, at, { ...wood, attack: 0.001, length: 0.08 });
  const chip = { from: 3_200, to: 900, sharpness: 0.9, peak: 0.25, attack: 0.001, length: 0.05 };
  hiss(stage, out, at, { type: "bandpass", ...chip });
  return 0.1;
};

const explosion: Recipe = (stage, out, at) => {
  tone(stage, out, at, { type: "sine", from: 95, to: 24, peak: 1, attack: 0.006, length: 1 });
  const boom = { from: 1_700, to: 60, sharpness: 0.5, peak: 1, attack: 0.004, length: 1.5 };
  hiss(stage, out, at, { type: "lowpass", ...boom });
  const crack = { from: 4_500, to: 900, sharpness: 0.6, peak: 0.5, attack: 0.001, length: 0.16 };
  hiss(stage, out, at, { type: "bandpass", ...crack });
  const rain = { from: 2_400, to: 700, sharpness: 0.8, peak: 0.12, attack: 0.25, length: 1.3 };
  hiss(stage, out, at + 0.2, { type: "bandpass", ...rain });
  return 1.7;
};

const dig: Recipe = (stage, out, at) => {
  const grit = { from: varied(1_100, 0.3), to: 500, sharpness: 1.1, peak: 0.4, attack: 0.003 };
  hiss(stage, out, at, { type: "bandpass", ...grit, length: 0.1 });
  const knock = { from: varied(150, 0.2), to: 80, peak: 0.35, attack: 0.002, length: 0.09 };
  tone(stage, out, at, { type: "triangle", ...knock });
  return 0.11;
};

const crumble: Recipe = (stage, out, at) => {
  for (let stone = 0; stone < 4; stone += 1) {
    const when = at + stone * varied(0.055, 0.4);
    const grit = { from: varied(1_300, 0.5), to: 380, sharpness: 1, peak: 0.34, attack: 0.002 };
    hiss(stage, out, when, { type: "bandpass", ...grit, length: 0.11 });
  }
  tone(stage, out, at, { type: "sine", from: 120, to: 60, peak: 0.3, attack: 0.002, length: 0.15 });
  return 0.4;
};

const place: Recipe = (stage, out, at) => {
  const knock = { from: varied(230, 0.12), to: 120, peak: 0.5, attack: 0.002, length: 0.1 };
  tone(stage, out, at, { type: "triangle", ...knock });
  const tap = { from: 1_900, to: 800, sharpness: 1, peak: 0.2, attack: 0.001, length: 0.05 };
  hiss(stage, out, at, { type: "bandpass", ...tap });
  return 0.12;
};

const step: Recipe = (stage, out, at) => {
  const turf = { from: varied(620, 0.3), to: 260, sharpness: 0.8, peak: 1.3, attack: 0.008 };
  hiss(stage, out, at, { type: "lowpass", ...turf, length: 0.1 });
  return 0.11;
};

/** A war horn: a few saws that swell through a filter, a fifth apart at the end. */
const horn: Recipe = (stage, out, at) => {
  const filter = stage.context.createBiquadFilter();
  filter.type = "lowpass";
  filter.frequency.setValueAtTime(240, at);
  filter.frequency.linearRampToValueAtTime(1_250, at + 0.35);
  filter.frequency.linearRampToValueAtTime(420, at + 1.7);
  filter.connect(out);
  for (const [pitch, start, length] of [
    [147, 0, 1.7],
    [148.4, 0, 1.7],
    [220, 0.5, 1.25],
    [294, 0.5, 1.2],
  ]) {
    const shape = { from: pitch * 0.97, to: pitch, peak: 0.16, attack: 0.16, length };
    tone(stage, filter, at + start, { type: "sawtooth", ...shape });
  }
  return 1.85;
};

/** A cry of someone who falls: a voice through two formants. */
const cry: Recipe = (stage, out, at) => {
  const pitch = varied(170, 0.25);
  for (const [formant, peak] of [
    [680, 0.5],
    [1_150, 0.3],
  ]) {
    const filter = stage.context.createBiquadFilter();
    filter.type = "bandpass";
    filter.frequency.value = varied(formant, 0.1);
    filter.Q.value = 5;
    filter.connect(out);
    const voice = { from: pitch * 1.25, to: pitch * 0.7, peak, attack: 0.03, length: 0.32 };
    tone(stage, filter, at, { type: "sawtooth", ...voice });
  }
  return 0.34;
};

const heal: Recipe = (stage, out, at) => {
  [523, 659, 784].forEach((from, index) => {
    const shape = { from, to: from, peak: 0.1, attack: 0.02, length: 0.5 };
    tone(stage, out, at + index * 0.07, { type: "sine", ...shape });
  });
  return 0.7;
};

/** Coins into a pouch: cloth, and two small bells. */
const find: Recipe = (stage, out, at) => {
  const cloth = { from: varied(2_400, 0.2), to: 900, sharpness: 0.9, peak: 0.16, attack: 0.01 };
  hiss(stage, out, at, { type: "bandpass", ...cloth, length: 0.12 });
  [varied(1_180, 0.04), varied(1_570, 0.04)].forEach((from, index) => {
    const shape = { from, to: from, peak: 0.09, attack: 0.004, length: 0.22 };
    tone(stage, out, at + 0.03 + index * 0.06, { type: "sine", ...shape });
  });
  return 0.35;
};

/** A fifth, then the octave over it, which rings on. */
const level: Recipe = (stage, out, at) => {
  [392, 587, 784].forEach((from, index) => {
    const length = index === 2 ? 1.1 : 0.4;
    const start = at + index * 0.13;
    tone(stage, out, start, { type: "triangle", from, to: from, peak: 0.2, attack: 0.012, length });
    tone(stage, out, start, { type: "sine", from: from * 3, to: from * 3, peak: 0.04, attack: 0.004, length });
  });
  return 1.4;
};

const victory: Recipe = (stage, out, at) => {
  [196, 247, 294, 392].forEach((from, index) => {
    const shape = { from, to: from, peak: 0.13, attack: 0.03, length: 0.75 };
    tone(stage, out, at + index * 0.16, { type: "sawtooth", ...shape });
  });
  return 1.3;
};

export const RECIPES = {
  clash,
  swing,
  hit,
  bow,
  arrow,
  explosion,
  dig,
  crumble,
  place,
  step,
  horn,
  cry,
  heal,
  find,
  level,
  victory,
} satisfies Record<string, Recipe>;

export type SoundName = keyof typeof RECIPES;

/** White noise for all voices. */
export function noiseBuffer(context: BaseAudioContext): AudioBuffer {
  const buffer = context.createBuffer(1, context.sampleRate * 2, context.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let index = 0; index < samples.length; index += 1) samples[index] = Math.random() * 2 - 1;
  return buffer;
}
