//! The presets that a player chooses from: what each costs and leaves out.

export type QualityName = "low" | "medium" | "high" | "ultra";

export interface Quality {
  readonly name: QualityName;
  /** Canvas pixels for each CSS pixel, at most. */
  readonly pixelRatioMax: number;
  /** Edge of the shadow map of the land in texels; 0 for none. */
  readonly landShadowTexels: number;
  /** Half the edge of what that map covers, in metres. */
  readonly landShadowRadius: number;
  /** Edge of the shadow map of near bodies in texels; 0 for blob shadows. */
  readonly bodyShadowTexels: number;
  /** Metres up to which bodies have all their limbs. */
  readonly bodyDetailDistance: number;
  /** Metres up to which bodies are drawn at all. */
  readonly bodyDistance: number;
  /** Particles alive at once. */
  readonly particleCountMax: number;
  /** Draws to a floating-point target and adds bloom and a vignette. */
  readonly post: boolean;
  /** Samples of that target. */
  readonly sampleCount: number;
  /** Metres around the camera in which blades of grass stand; 0 for none. */
  readonly meadowDistance: number;
  /** Samples of slanting textures, at most. */
  readonly anisotropy: number;
  /** Clouds, waves and per-block texture turns. */
  readonly fineShading: boolean;
}

export const QUALITIES: Readonly<Record<QualityName, Quality>> = {
  low: {
    name: "low",
    pixelRatioMax: 0.75,
    landShadowTexels: 0,
    landShadowRadius: 96,
    bodyShadowTexels: 0,
    bodyDetailDistance: 16,
    bodyDistance: 160,
    particleCountMax: 1_024,
    post: false,
    sampleCount: 0,
    meadowDistance: 0,
    anisotropy: 1,
    fineShading: false,
  },
  medium: {
    name: "medium",
    pixelRatioMax: 1,
    landShadowTexels: 1_024,
    landShadowRadius: 112,
    bodyShadowTexels: 0,
    bodyDetailDistance: 40,
    bodyDistance: 256,
    particleCountMax: 4_096,
    post: false,
    sampleCount: 0,
    meadowDistance: 22,
    anisotropy: 2,
    fineShading: true,
  },
  high: {
    name: "high",
    pixelRatioMax: 1.5,
    landShadowTexels: 2_048,
    landShadowRadius: 144,
    bodyShadowTexels: 1_024,
    bodyDetailDistance: 64,
    bodyDistance: 384,
    particleCountMax: 8_192,
    post: true,
    sampleCount: 4,
    meadowDistance: 40,
    anisotropy: 8,
    fineShading: true,
  },
  ultra: {
    name: "ultra",
    pixelRatioMax: 2,
    landShadowTexels: 4_096,
    landShadowRadius: 224,
    bodyShadowTexels: 2_048,
    bodyDetailDistance: 128,
    bodyDistance: 640,
    particleCountMax: 16_384,
    post: true,
    sampleCount: 4,
    meadowDistance: 64,
    anisotropy: 16,
    fineShading: true,
  },
};
