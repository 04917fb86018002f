//! Renders each recipe a few times ahead, so that playing a voice costs one buffer source instead
//! of a dozen nodes, and no two blows sound the same.

import { noiseBuffer, RECIPES, type SoundName } from "./voices";

const VARIANTS = 3;
const CHANNELS = 1;
/** Longest sound and its tail. */
const SECONDS_MAX = 2;

export type SoundBank = Map<SoundName, AudioBuffer[]>;

/** Fills `bank` sound by sound; those not ready yet stay silent. */
export async function prerender(bank: SoundBank, rateHz: number): Promise<void> {
  for (const name of Object.keys(RECIPES) as SoundName[]) {
    const variants: AudioBuffer[] = [];
    for (let index = 0; index < VARIANTS; index += 1) variants.push(await rendered(name, rateHz));
    bank.set(name, variants);
  }
}

async function rendered(name: SoundName, rateHz: number): Promise<AudioBuffer> {
  const scratch = new OfflineAudioContext(CHANNELS, rateHz * SECONDS_MAX, rateHz);
  const stage = { context: scratch, noise: noiseBuffer(scratch) };
  const seconds = RECIPES[name](stage, scratch.destination, 0);
  const whole = await scratch.startRendering();
  const length = Math.min(whole.length, Math.ceil(seconds * rateHz));
  const cut = scratch.createBuffer(CHANNELS, length, rateHz);
  cut.copyToChannel(whole.getChannelData(0).subarray(0, length), 0);
  return cut;
}
