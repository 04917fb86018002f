//! The sun's shadows: a wide map of the land, drawn again only when the land changed or the player
//! went far; and a near map of bodies, drawn every frame.

import { Scene, type Vector3, type WebGLRenderer } from "three";

import { CHUNK_EDGE_BLOCKS } from "../../world/state";
import type { Bodies } from "../bodies/bodies";
import type { SharedUniforms } from "../glsl/uniforms";
import type { Quality } from "../quality";
import type { ChunkPlace } from "../terrain/chunk_set";
import type { Terrain } from "../terrain/terrain";
import { SunMap } from "./sun_map";

/** The land's map is drawn again when the player is so far from its middle, of its radius. */
const LAND_DRIFT_MAX = 0.2;
/** Frames between two drawings of the land's map while terrain streams in. */
const LAND_PAUSE_FRAMES = 12;
/** Metres around the player in which bodies throw shadows. */
const BODY_MAP_RADIUS = 36;
/** What stands farther off than this throws no shadow here: the sun is not so low. */
const SHADOW_METRES_MAX = 64;

export class SunShadows {
  readonly #shared: SharedUniforms;
  readonly #terrain: Terrain;
  readonly #landScene = new Scene();
  readonly #bodyScene = new Scene();
  #land: SunMap | null = null;
  #near: SunMap | null = null;
  /** Whether land in the map changed since it was drawn. */
  #isLandStale = true;
  #pause = 0;

  constructor(shared: SharedUniforms, terrain: Terrain, bodies: Bodies) {
    this.#shared = shared;
    this.#terrain = terrain;
    this.#landScene.add(terrain.caster);
    this.#landScene.matrixWorldAutoUpdate = false;
    this.#bodyScene.add(bodies.caster);
    this.#bodyScene.matrixWorldAutoUpdate = false;
  }

  adopt(quality: Quality): void {
    this.#land?.dispose();
    this.#land = null;
    this.#near?.dispose();
    this.#near = null;
    this.#isLandStale = true;
    this.#adoptNear(quality);
    if (quality.landShadowTexels === 0) return;
    this.#land = new SunMap(
      quality.landShadowTexels,
      quality.landShadowRadius,
      this.#shared.uSunDirection.value,
      this.#shared.uLandShadowMatrix.value,
    );
    this.#shared.uLandShadow.value = this.#land.target.depthTexture;
    this.#shared.uLandShadowTexel.value = 1 / quality.landShadowTexels;
  }

  /** A chunk changed. Only those that the map shows, or that throw shadows into it, matter. */
  noticeChange(place: ChunkPlace): void {
    const land = this.#land;
    if (!land || this.#isLandStale) return;
    const edge = CHUNK_EDGE_BLOCKS;
    const dx = (place.x + 0.5) * edge - land.centre.x;
    const dz = (place.z + 0.5) * edge - land.centre.z;
    const reach = land.radius * Math.SQRT2 + SHADOW_METRES_MAX + edge;
    this.#isLandStale = dx * dx + dz * dz < reach * reach;
  }

  /** The maps are empty: the GPU lost what it held. */
  forget(): void {
    this.#isLandStale = true;
  }

  draw(renderer: WebGLRenderer, eye: Vector3): void {
    this.#drawLand(renderer, eye);
    if (!this.#near) return;
    this.#near.centreOn(eye);
    this.#near.draw(renderer, this.#bodyScene);
  }

  #adoptNear(quality: Quality): void {
    if (quality.bodyShadowTexels === 0) return;
    this.#near = new SunMap(
      quality.bodyShadowTexels,
      BODY_MAP_RADIUS,
      this.#shared.uSunDirection.value,
      this.#shared.uBodyShadowMatrix.value,
    );
    this.#shared.uBodyShadow.value = this.#near.target.depthTexture;
  }

  #drawLand(renderer: WebGLRenderer, eye: Vector3): void {
    const land = this.#land;
    if (!land) return;
    this.#pause -= 1;
    const moved = land.centre.distanceTo(eye) > land.radius * LAND_DRIFT_MAX;
    const changed = this.#isLandStale && this.#pause <= 0;
    if (!moved && !changed) return;
    this.#pause = LAND_PAUSE_FRAMES;
    this.#isLandStale = false;
    land.centreOn(eye);
    this.#terrain.cullCasters(land.frustum, this.#shared.uSunDirection.value);
    land.draw(renderer, this.#landScene);
  }
}
