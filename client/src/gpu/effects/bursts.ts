//! Recipes of particles: what a blast, a broken block, a blow or a footstep throws up.

import type { Vector3 } from "../../world/state";
import { blockMeanColours } from "../texture/block_textures";
import { type Birth, newBirth, type ParticleRing, SPRITE } from "./particles";

const GRAVITY = 13;

export class Bursts {
  readonly #sprites: ParticleRing;
  readonly #splinters: ParticleRing;
  readonly #birth: Birth = newBirth();
  readonly #blockColours = blockMeanColours();
  /** Seconds, as the shaders count them. */
  #now = 0;
  /** Share of the full count that the preset affords. */
  #plenty = 1;

  constructor(sprites: ParticleRing, splinters: ParticleRing) {
    this.#sprites = sprites;
    this.#splinters = splinters;
  }

  begin(now: number, plenty: number): void {
    this.#now = now;
    this.#plenty = plenty;
  }

  explosion(at: Vector3, groundBlock: number): void {
    this.#puffs(at, 1, { spread: 0, size: [0.8, 4.6], life: 0.2, tint: [1, 0.83, 0.5], glow: 14 });
    this.#puffs(at, 16, { spread: 6, size: [0.5, 1.9], life: 0.55, tint: [1, 0.5, 0.16], glow: 5 });
    this.#puffs(at, 26, {
      spread: 4.4,
      size: [0.7, 3],
      life: 2.8,
      tint: [0.15, 0.13, 0.12],
      glow: 0,
    });
    this.#puffs(at, 12, {
      spread: 7,
      size: [0.4, 1.8],
      life: 1.6,
      tint: [0.4, 0.32, 0.23],
      glow: 0,
    });
    this.#sparks(at, 30, 15, [1, 0.62, 0.2], 6);
    this.#ring(at, 5.5, 0.35, [1, 0.75, 0.45], 3);
    this.#chips(at, 34, 10, groundBlock, 0.24, 2);
  }

  blockBroken(block: Vector3, was: number): void {
    const at = { x: block.x + 0.5, y: block.y + 0.5, z: block.z + 0.5 };
    this.#chips(at, 18, 3.2, was, 0.17, 0.9);
    const tint = this.#tintOf(was);
    this.#puffs(at, 4, { spread: 1.1, size: [0.3, 0.9], life: 0.7, tint, glow: 0 });
  }

  blockPlaced(block: Vector3, now: number): void {
    const at = { x: block.x + 0.5, y: block.y + 0.1, z: block.z + 0.5 };
    const tint = this.#tintOf(now);
    this.#puffs(at, 6, { spread: 1.5, size: [0.15, 0.45], life: 0.45, tint, glow: 0 });
  }

  /** A chip now and then while a block is dug. */
  digging(at: Vector3, block: number): void {
    this.#chips(at, 2, 2, block, 0.09, 0.6);
  }

  wound(at: Vector3): void {
    const chest = { x: at.x, y: at.y + 1.15, z: at.z };
    this.#sparks(chest, 7, 5, [1, 0.8, 0.45], 5);
    const birth = this.#birth;
    for (let count = this.#count(9); count > 0; count -= 1) {
      this.#fling(chest, 2.6, 1.6);
      birth.lifeSeconds = 0.5 + Math.random() * 0.5;
      birth.sizeFirst = 0.035 + Math.random() * 0.045;
      birth.gravity = GRAVITY;
      birth.drag = 0.8;
      birth.ground = at.y + 0.02;
      this.#tint(0.32, 0.015, 0.012);
      this.#splinters.bear(birth, this.#now);
    }
  }

  death(at: Vector3): void {
    const low = { x: at.x, y: at.y + 0.4, z: at.z };
    this.#puffs(low, 6, {
      spread: 1.4,
      size: [0.3, 1],
      life: 1,
      tint: [0.42, 0.34, 0.25],
      glow: 0,
    });
  }

  arrowHit(at: Vector3): void {
    this.#puffs(at, 3, {
      spread: 0.8,
      size: [0.1, 0.4],
      life: 0.5,
      tint: [0.45, 0.38, 0.3],
      glow: 0,
    });
  }

  fuse(at: Vector3): void {
    this.#sparks(at, 1, 1.6, [1, 0.7, 0.3], 6);
    const style = { spread: 0.3, size: [0.08, 0.35], life: 0.6, tint: [0.3, 0.3, 0.3], glow: 0 };
    if (Math.random() < 0.4) this.#puffs(at, 1, style);
  }

  dust(at: Vector3): void {
    this.#puffs(at, 1, {
      spread: 0.5,
      size: [0.12, 0.55],
      life: 0.8,
      tint: [0.5, 0.41, 0.29],
      glow: 0,
    });
  }

  splash(at: Vector3): void {
    this.#puffs(at, 2, {
      spread: 1,
      size: [0.1, 0.4],
      life: 0.5,
      tint: [0.6, 0.72, 0.78],
      glow: 0,
    });
  }

  horn(at: Vector3): void {
    const low = { x: at.x, y: at.y + 0.15, z: at.z };
    this.#ring(low, 9, 0.9, [1, 0.82, 0.4], 2.4);
    this.#ring(low, 5, 1.1, [1, 0.82, 0.4], 1.6);
    this.#crosses(at, 10, 3);
  }

  healed(at: Vector3): void {
    this.#crosses(at, 5, 0.5);
  }

  #count(full: number): number {
    return Math.max(1, Math.round(full * this.#plenty));
  }

  #tintOf(block: number): [number, number, number] {
    const at = (block < 32 ? block : 1) * 3;
    const colours = this.#blockColours;
    return [colours[at], colours[at + 1], colours[at + 2]];
  }

  #tint(red: number, green: number, blue: number): void {
    const birth = this.#birth;
    const shade = 0.8 + Math.random() * 0.4;
    birth.red = red * shade;
    birth.green = green * shade;
    birth.blue = blue * shade;
  }

  /** A random direction with some lift from a place. */
  #fling(at: Vector3, speed: number, lift: number): void {
    const birth = this.#birth;
    const turn = Math.random() * Math.PI * 2;
    const height = Math.random() * 1.6 - 0.6;
    const flat = Math.sqrt(Math.max(0, 1 - height * height * 0.5));
    const pace = speed * (0.35 + 0.65 * Math.random());
    birth.x = at.x;
    birth.y = at.y;
    birth.z = at.z;
    birth.velocityX = Math.cos(turn) * flat * pace;
    birth.velocityY = height * pace * 0.6 + lift;
    birth.velocityZ = Math.sin(turn) * flat * pace;
    birth.kind = SPRITE.PUFF;
    birth.glow = 0;
    birth.ground = -1_000;
  }

  #puffs(
    at: Vector3,
    count: number,
    style: { spread: number; size: number[]; life: number; tint: number[]; glow: number },
  ): void {
    const birth = this.#birth;
    for (let left = this.#count(count); left > 0; left -= 1) {
      this.#fling(at, style.spread, style.spread * 0.12 + 0.2);
      birth.lifeSeconds = style.life * (0.6 + 0.8 * Math.random());
      birth.sizeFirst = style.size[0];
      birth.sizeLast = style.size[1] * (0.7 + 0.6 * Math.random());
      birth.gravity = style.glow > 0 ? 0 : -0.35;
      birth.drag = 2.8;
      this.#tint(style.tint[0], style.tint[1], style.tint[2]);
      birth.glow = style.glow;
      this.#sprites.bear(birth, this.#now);
    }
  }

  #sparks(at: Vector3, count: number, speed: number, tint: number[], glow: number): void {
    const birth = this.#birth;
    for (let left = this.#count(count); left > 0; left -= 1) {
      this.#fling(at, speed, speed * 0.2);
      birth.kind = SPRITE.SPARK;
      birth.lifeSeconds = 0.25 + Math.random() * 0.45;
      birth.sizeFirst = 0.045;
      birth.sizeLast = 0.015;
      birth.gravity = GRAVITY;
      birth.drag = 1.2;
      this.#tint(tint[0], tint[1], tint[2]);
      birth.glow = glow;
      this.#sprites.bear(birth, this.#now);
    }
  }

  #chips(
    at: Vector3,
    count: number,
    speed: number,
    block: number,
    size: number,
    reach: number,
  ): void {
    const birth = this.#birth;
    const tint = this.#tintOf(block);
    for (let left = this.#count(count); left > 0; left -= 1) {
      this.#fling(at, speed, speed * 0.35);
      birth.x += (Math.random() - 0.5) * reach;
      birth.y += (Math.random() - 0.5) * reach;
      birth.z += (Math.random() - 0.5) * reach;
      birth.lifeSeconds = 0.9 + Math.random() * 1.1;
      birth.sizeFirst = size * (0.4 + Math.random());
      birth.gravity = GRAVITY;
      birth.drag = 0.5;
      birth.ground = at.y - 0.5;
      this.#tint(tint[0], tint[1], tint[2]);
      this.#splinters.bear(birth, this.#now);
    }
  }

  #ring(at: Vector3, radius: number, life: number, tint: number[], glow: number): void {
    const birth = this.#birth;
    this.#fling(at, 0, 0);
    birth.velocityY = 0;
    birth.kind = SPRITE.RING;
    birth.lifeSeconds = life;
    birth.sizeFirst = 0.3;
    birth.sizeLast = radius;
    birth.gravity = 0;
    this.#tint(tint[0], tint[1], tint[2]);
    birth.glow = glow;
    this.#sprites.bear(birth, this.#now);
  }

  #crosses(at: Vector3, count: number, spread: number): void {
    const birth = this.#birth;
    for (let left = this.#count(count); left > 0; left -= 1) {
      const chest = { x: at.x, y: at.y + 0.6 + Math.random(), z: at.z };
      this.#fling(chest, spread, 0.9);
      birth.kind = SPRITE.CROSS;
      birth.lifeSeconds = 0.9 + Math.random() * 0.6;
      birth.sizeFirst = 0.05;
      birth.sizeLast = 0.13;
      birth.gravity = -0.4;
      birth.drag = 2;
      this.#tint(0.35, 1, 0.4);
      birth.glow = 2.2;
      this.#sprites.bear(birth, this.#now);
    }
  }
}
