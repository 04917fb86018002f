//! The uniforms that all materials share. Materials hold these very objects, so setting a value
//! here once a frame sets it for all of them.

import { Color, Matrix4, Vector3, type IUniform, type Texture } from "three";

/** The low warm sun of a late afternoon, and the light that it leaves to shadows. */
const SUN_ELEVATION_RADIANS = 0.5;
const SUN_AZIMUTH_RADIANS = 2.25;

export interface SharedUniforms extends Record<string, IUniform> {
  uTime: IUniform<number>;
  uSunDirection: IUniform<Vector3>;
  uSunColour: IUniform<Color>;
  uSkyLight: IUniform<Color>;
  uGroundLight: IUniform<Color>;
  uZenith: IUniform<Color>;
  uHorizon: IUniform<Color>;
  uGlow: IUniform<Color>;
  uFogDistance: IUniform<number>;
  uUnderwater: IUniform<number>;
  uFlashColour: IUniform<Vector3>;
  uFlashPlace: IUniform<Vector3>;
  uLandShadow: IUniform<Texture | null>;
  uBodyShadow: IUniform<Texture | null>;
  uLandShadowMatrix: IUniform<Matrix4>;
  uBodyShadowMatrix: IUniform<Matrix4>;
  uLandShadowTexel: IUniform<number>;
}

export function createSharedUniforms(): SharedUniforms {
  const flat = Math.cos(SUN_ELEVATION_RADIANS);
  return {
    uTime: { value: 0 },
    uSunDirection: {
      value: new Vector3(
        Math.sin(SUN_AZIMUTH_RADIANS) * flat,
        Math.sin(SUN_ELEVATION_RADIANS),
        Math.cos(SUN_AZIMUTH_RADIANS) * flat,
      ),
    },
    uSunColour: { value: linear(4.4, 2.95, 1.62) },
    uSkyLight: { value: linear(0.62, 0.7, 0.9) },
    uGroundLight: { value: linear(0.46, 0.38, 0.31) },
    uZenith: { value: linear(0.16, 0.34, 0.66) },
    uHorizon: { value: linear(0.56, 0.66, 0.76) },
    uGlow: { value: linear(1.15, 0.76, 0.42) },
    uFogDistance: { value: 256 },
    uUnderwater: { value: 0 },
    uFlashColour: { value: new Vector3() },
    uFlashPlace: { value: new Vector3() },
    uLandShadow: { value: null },
    uBodyShadow: { value: null },
    uLandShadowMatrix: { value: new Matrix4() },
    uBodyShadowMatrix: { value: new Matrix4() },
    uLandShadowTexel: { value: 1 / 2_048 },
  };
}

function linear(red: number, green: number, blue: number): Color {
  return new Color().setRGB(red, green, blue);
}
