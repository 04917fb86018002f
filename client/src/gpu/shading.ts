//! Turns a quality preset into the `#define`s of all materials.

import { type Mesh, type Object3D, RawShaderMaterial } from "three";

import type { Quality } from "./quality";

/** The defines that a preset sets; others are the material's own. */
const PRESET_DEFINES = ["FINE_SHADING", "LAND_SHADOW", "BODY_SHADOW", "HDR_TARGET"];

/** Sets the defines of every material below `root`; they compile anew when something changed. */
export function defineShading(root: Object3D, quality: Quality): void {
  const defines: Record<string, string> = {};
  if (quality.fineShading) defines.FINE_SHADING = "";
  if (quality.landShadowTexels > 0) defines.LAND_SHADOW = "";
  if (quality.bodyShadowTexels > 0) defines.BODY_SHADOW = "";
  if (quality.post) defines.HDR_TARGET = "";
  root.traverse((object) => {
    const material = (object as Mesh).material;
    if (!(material instanceof RawShaderMaterial)) return;
    for (const name of PRESET_DEFINES) delete material.defines[name];
    Object.assign(material.defines, defines);
    material.needsUpdate = true;
  });
}
