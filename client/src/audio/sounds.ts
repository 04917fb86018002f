//! Every sound of the game, computed: noise, tones and envelopes. No recordings.

export const SOUND_RATE_HZ = 24_000;

export type SoundName =
  | "clash"
  | "swing"
  | "loose"
  | "thud"
  | "explosion"
  | "horn"
  | "break"
  | "place"
  | "hurt"
  | "fall"
  | "step"
  | "banner";

interface Recipe {
  seconds: number;
  /** A sample of -1..1 at a time, given noise of -1..1. */
  wave: (seconds: number, noise: () => number) => number;
}

const TURN = Math.PI * 2;

const tone = (seconds: number, hertz: number) => Math.sin(TURN * hertz * seconds);
/** Falls to a third in `life` seconds. */
const fade = (seconds: number, life: number) => Math.exp(-seconds / life);
const rise = (seconds: number, length: number) => Math.min(1, seconds / length);

const RECIPES: Record<SoundName, Recipe> = {
  clash: {
    seconds: 0.45,
    wave: (at, noise) =>
      0.35 * noise() * fade(at, 0.02) +
      (0.3 * tone(at, 2_130) + 0.25 * tone(at, 3_370) + 0.15 * tone(at, 5_210)) * fade(at, 0.1),
  },
  swing: {
    seconds: 0.25,
    wave: (at, noise) => 0.5 * noise() * Math.sin((Math.PI * at) / 0.25) ** 3,
  },
  loose: {
    seconds: 0.35,
    wave: (at, noise) =>
      0.6 * tone(at, 190 - 120 * at) * fade(at, 0.05) + 0.25 * noise() * fade(at, 0.09),
  },
  thud: {
    seconds: 0.2,
    wave: (at, noise) =>
      0.7 * tone(at, 120 - 200 * at) * fade(at, 0.05) + noise() * fade(at, 0.012),
  },
  explosion: {
    seconds: 1.6,
    wave: (at, noise) =>
      0.8 * noise() * fade(at, 0.28) + 0.9 * tone(at, 62 - 18 * at) * fade(at, 0.4),
  },
  horn: {
    seconds: 1.8,
    wave: (at) => {
      const pitch = 146 * (1 + 0.02 * rise(at, 0.3));
      const body = tone(at, pitch) + 0.6 * tone(at, pitch * 2) + 0.35 * tone(at, pitch * 3);
      return 0.4 * body * rise(at, 0.15) * rise(1.8 - at, 0.5);
    },
  },
  break: {
    seconds: 0.35,
    wave: (at, noise) => 0.8 * noise() * fade(at, 0.07) * (0.6 + 0.4 * Math.sign(tone(at, 37))),
  },
  place: {
    seconds: 0.16,
    wave: (at, noise) => 0.6 * tone(at, 240) * fade(at, 0.03) + 0.4 * noise() * fade(at, 0.015),
  },
  hurt: {
    seconds: 0.3,
    wave: (at, noise) =>
      0.6 * tone(at, 210 - 260 * at) * fade(at, 0.1) + 0.3 * noise() * fade(at, 0.03),
  },
  fall: {
    seconds: 0.8,
    wave: (at, noise) =>
      0.5 * tone(at, 150 - 90 * at) * fade(at, 0.25) + 0.3 * noise() * fade(at, 0.1),
  },
  step: {
    seconds: 0.1,
    wave: (at, noise) => 0.4 * noise() * fade(at, 0.02) + 0.3 * tone(at, 85) * fade(at, 0.03),
  },
  banner: {
    seconds: 1.4,
    wave: (at) =>
      0.35 *
      (tone(at, 392) + tone(at, 494) * rise(at, 0.2) + tone(at, 587) * rise(at, 0.4)) *
      rise(1.4 - at, 0.9),
  },
};

/** Samples of a sound at `SOUND_RATE_HZ`; noise is smoothed, as leather and earth are dull. */
export function renderSound(name: SoundName): Float32Array<ArrayBuffer> {
  const { seconds, wave } = RECIPES[name];
  const samples = new Float32Array(Math.floor(seconds * SOUND_RATE_HZ));
  let seed = 22_222;
  let smooth = 0;
  const noise = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    smooth += (seed / 2_147_483_648 - 1 - smooth) * 0.5;
    return smooth * 1.6;
  };
  for (let index = 0; index < samples.length; index++) {
    samples[index] = Math.max(-1, Math.min(1, wave(index / SOUND_RATE_HZ, noise)));
  }
  return samples;
}

export const SOUND_NAMES = Object.keys(RECIPES) as SoundName[];
