//! Shows what happens: takes the frame's events and starts what they throw up, and keeps marks,
//! plates and banners up to date.

import type { DataArrayTexture, Object3D } from "three";

import type { BodyMemory } from "../bodies/body_memory";
import type { ViewCamera } from "../camera";
import type { SharedUniforms } from "../glsl/uniforms";
import type { Quality } from "../quality";
import { LEGS, type FrameView, type GameEvent, type Vector3 } from "../../world/state";
import { Arrows } from "./arrows";
import { Banners } from "./banners";
import { BlockMarks } from "./block_marks";
import { Bombs } from "./bombs";
import { Bursts } from "./bursts";
import { Drops } from "./drops";
import { Labels } from "./labels";
import { NamePlates } from "./name_plates";
import { createSplinters, createSprites, type ParticleRing } from "./particles";
import { WoundNumbers } from "./wound_numbers";

const SPRITES_MAX = 8_192;
const SPLINTERS_MAX = 2_048;
/** Events beyond this are not shown; metres. */
const SHOWN_METRES = 90;
/** Bodies looked at per frame for dust under their feet. */
const DUST_TRIES = 5;
const DUST_METRES = 26;
/** Light of a blast, and how fast it fades per second. */
const FLASH = [26, 17, 8] as const;
const FLASH_FADE = 9;
const WATER = 12;
const SOIL = 2;
/** Chips while digging, per second. */
const DIG_CHIPS_HZ = 9;

export class Effects {
  /** Solid things, then blended things; drawn in this order. */
  readonly solid: Object3D[];
  readonly blended: Object3D[];
  readonly #shared: SharedUniforms;
  readonly #memory: BodyMemory;
  readonly #camera: ViewCamera;
  readonly #sprites: ParticleRing;
  readonly #splinters: ParticleRing;
  readonly #bursts: Bursts;
  readonly #arrows: Arrows;
  readonly #bombs: Bombs;
  readonly #drops: Drops;
  readonly #banners: Banners;
  readonly #marks: BlockMarks;
  readonly #labels: Labels;
  readonly #plates = new NamePlates();
  readonly #numbers = new WoundNumbers();
  readonly #place: Vector3 = { x: 0, y: 0, z: 0 };
  #plenty = 1;
  #flash = 0;
  #dustRow = 0;
  #chipDebt = 0;

  constructor(
    shared: SharedUniforms,
    textures: DataArrayTexture,
    memory: BodyMemory,
    camera: ViewCamera,
  ) {
    this.#shared = shared;
    this.#memory = memory;
    this.#camera = camera;
    this.#sprites = createSprites(shared, SPRITES_MAX);
    this.#splinters = createSplinters(shared, SPLINTERS_MAX);
    this.#bursts = new Bursts(this.#sprites, this.#splinters);
    this.#arrows = new Arrows(shared);
    this.#bombs = new Bombs(shared);
    this.#drops = new Drops(shared);
    this.#banners = new Banners(shared);
    this.#marks = new BlockMarks(shared, textures);
    this.#labels = new Labels(shared);
    const { mesh, rings } = this.#banners;
    const things = [this.#arrows.mesh, this.#bombs.mesh, this.#drops.mesh];
    this.solid = [...things, this.#splinters.mesh, mesh];
    this.blended = [rings, this.#marks.mesh, this.#sprites.mesh, this.#labels.mesh];
  }

  adopt(quality: Quality): void {
    this.#plenty = Math.min(1, quality.particleCountMax / 8_192 + 0.2);
  }

  reset(): void {
    this.#arrows.reset();
    this.#bombs.reset();
  }

  update(view: FrameView): void {
    const now = this.#shared.uTime.value;
    const eye = this.#camera.camera.position;
    this.#bursts.begin(now, this.#plenty);
    for (const event of view.events) this.#show(event, view, now);
    this.#fadeFlash(view.deltaMs / 1_000);
    this.#dust(view);
    this.#chips(view);
    this.#arrows.update(view.renderTick);
    this.#bombs.update(view.renderTick, this.#bursts);
    this.#drops.update(view.drops);
    this.#sprites.update(now);
    this.#splinters.update(now);
    this.#banners.update(view.battle.banners);
    this.#marks.update(view);
    this.#labels.begin();
    this.#plates.update(view, eye, this.#labels);
    this.#numbers.update(now, this.#labels);
    this.#labels.end();
  }

  #show(event: GameEvent, view: FrameView, now: number): void {
    switch (event.kind) {
      case "arrowLoosed":
        this.#arrows.loose(event.arrow, view.renderTick, event.position, event.velocity);
        return;
      case "arrowStopped":
        this.#arrows.stop(event.arrow, view.renderTick, event.position, event.hit);
        if (this.#isNear(event.position)) this.#bursts.arrowHit(event.position);
        return;
      case "bombThrown":
        this.#bombs.thrown(event.bomb, view.renderTick, event.position, event.velocity);
        return;
      case "explosion":
        this.#explode(event.bomb, event.position);
        return;
      case "hurt":
        this.#wound(event, view, now);
        return;
      default:
        this.#showQuiet(event, view, now);
    }
  }

  #showQuiet(event: GameEvent, view: FrameView, now: number): void {
    switch (event.kind) {
      case "healed":
        if (!this.#isNear(event.position)) return;
        this.#bursts.healed(event.position);
        if (event.target === view.own.id || event.healer === view.own.id) {
          this.#numbers.add(`+${event.amount}`, event.position, 2, now);
        }
        return;
      case "hornBlown":
        if (this.#isNear(event.position)) this.#bursts.horn(event.position);
        return;
      case "died":
        if (this.#isNear(event.position)) this.#bursts.death(event.position);
        return;
      case "blockBroken":
        if (this.#isNear(event.block)) this.#bursts.blockBroken(event.block, event.was);
        return;
      case "blockPlaced":
        if (this.#isNear(event.block)) this.#bursts.blockPlaced(event.block, event.now);
        return;
      default:
    }
  }

  #isNear(place: Vector3): boolean {
    const eye = this.#camera.camera.position;
    return Math.hypot(place.x - eye.x, place.y - eye.y, place.z - eye.z) < SHOWN_METRES;
  }

  #explode(bomb: number, place: Vector3): void {
    this.#bombs.burst(bomb);
    this.#camera.feelBlast(place.x, place.y, place.z);
    if (!this.#isNear(place)) return;
    this.#bursts.explosion(place, SOIL);
    this.#flash = 1;
    this.#shared.uFlashPlace.value.set(place.x, place.y + 0.8, place.z);
  }

  #wound(event: GameEvent & { kind: "hurt" }, view: FrameView, now: number): void {
    this.#memory.wound(event.target, view.renderTick);
    const isOwn = event.target === view.own.id;
    if (isOwn) this.#camera.feelKnock(Math.min(0.75, 0.3 + event.damage / 80));
    if (!this.#isNear(event.position)) return;
    if (!isOwn || view.camera.thirdPerson) this.#bursts.wound(event.position);
    if (event.attacker !== view.own.id && !(isOwn && view.camera.thirdPerson)) return;
    this.#numbers.add(`${event.damage}`, event.position, isOwn ? 1 : 0, now);
  }

  #fadeFlash(seconds: number): void {
    this.#flash *= Math.exp(-FLASH_FADE * seconds);
    const strength = this.#flash < 0.01 ? 0 : this.#flash;
    this.#shared.uFlashColour.value.set(
      FLASH[0] * strength,
      FLASH[1] * strength,
      FLASH[2] * strength,
    );
  }

  /** A puff now and then where near bodies run. */
  #dust(view: FrameView): void {
    const { bodies } = view;
    if (bodies.count === 0 || this.#plenty < 0.4) return;
    const eye = this.#camera.camera.position;
    for (let tries = 0; tries < DUST_TRIES; tries += 1) {
      this.#dustRow = (this.#dustRow + 7) % bodies.count;
      const at = this.#dustRow * 4;
      const legs = bodies.look[at] & 15;
      if (legs !== LEGS.RUN && legs !== LEGS.DASH && legs !== LEGS.SWIM) continue;
      const place = this.#place;
      place.x = bodies.newer[at];
      place.y = bodies.newer[at + 1] + 0.1;
      place.z = bodies.newer[at + 2];
      const distance = Math.hypot(place.x - eye.x, place.y - eye.y, place.z - eye.z);
      if (distance > DUST_METRES) continue;
      if (legs === LEGS.SWIM) this.#bursts.splash(place);
      else this.#bursts.dust(place);
    }
  }

  /** Chips fly off the block that the player digs. */
  #chips(view: FrameView): void {
    const { own, aim } = view;
    if (!aim || own.digProgress === 0 || aim.id === WATER) return;
    this.#chipDebt += (view.deltaMs / 1_000) * DIG_CHIPS_HZ;
    if (this.#chipDebt < 1) return;
    this.#chipDebt = 0;
    const place = this.#place;
    place.x = aim.block.x + Math.random();
    place.y = aim.block.y + Math.random();
    place.z = aim.block.z + Math.random();
    this.#bursts.digging(place, aim.id);
  }
}
