//! Short texts painted once, each into a layer of a texture array: name plates and damage numbers.
//! A layer goes to the GPU in one call, where a part of a larger picture would take one a row.

import { DataArrayTexture, LinearFilter } from "three";

const SLOT_WIDTH = 256;
const SLOT_HEIGHT = 32;
const SLOT_BYTES = SLOT_WIDTH * SLOT_HEIGHT * 4;
/** Layers that every WebGL 2 has are twice as many. */
const SLOT_COUNT = 128;
/** Texts painted in one frame at most, so that a crowd coming near stalls none. */
const PAINTED_PER_FRAME = 3;
const FONT = '700 21px "Palatino Linotype", "Book Antiqua", Palatino, Georgia, serif';

export class LabelAtlas {
  readonly texture: DataArrayTexture;
  /** Width of a slot by its height. */
  readonly aspect = SLOT_WIDTH / SLOT_HEIGHT;
  readonly #pen: CanvasRenderingContext2D;
  readonly #slotOfText = new Map<string, number>();
  readonly #textOfSlot: string[] = new Array<string>(SLOT_COUNT).fill("");
  readonly #usedFrame = new Int32Array(SLOT_COUNT);
  readonly #bytes = new Uint8Array(SLOT_BYTES * SLOT_COUNT);
  #frame = 0;
  #paintedCount = 0;

  constructor() {
    const canvas = document.createElement("canvas");
    canvas.width = SLOT_WIDTH;
    canvas.height = SLOT_HEIGHT;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    if (!pen) throw new Error("this browser paints no text on a canvas");
    pen.font = FONT;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    this.#pen = pen;
    this.texture = new DataArrayTexture(this.#bytes, SLOT_WIDTH, SLOT_HEIGHT, SLOT_COUNT);
    this.texture.minFilter = LinearFilter;
    this.texture.magFilter = LinearFilter;
    this.texture.needsUpdate = true;
  }

  begin(): void {
    this.#frame += 1;
    this.#paintedCount = 0;
  }

  /**
   * The slot that holds a text, painted if need be over the one unused for longest; or -1 when
   * enough was painted in this frame.
   */
  slotOf(text: string): number {
    const known = this.#slotOfText.get(text);
    if (known !== undefined) {
      this.#usedFrame[known] = this.#frame;
      return known;
    }
    if (this.#paintedCount === PAINTED_PER_FRAME) return -1;
    this.#paintedCount += 1;
    let slot = 0;
    for (let other = 1; other < SLOT_COUNT; other += 1) {
      if (this.#usedFrame[other] < this.#usedFrame[slot]) slot = other;
    }
    this.#slotOfText.delete(this.#textOfSlot[slot]);
    this.#slotOfText.set(text, slot);
    this.#textOfSlot[slot] = text;
    this.#usedFrame[slot] = this.#frame;
    this.#paint(slot, text);
    return slot;
  }

  /** White letters in a dark outline: red holds the letters, alpha the whole. */
  #paint(slot: number, text: string): void {
    const pen = this.#pen;
    pen.clearRect(0, 0, SLOT_WIDTH, SLOT_HEIGHT);
    pen.lineWidth = 4;
    pen.strokeStyle = "#000";
    pen.strokeText(text, SLOT_WIDTH / 2, SLOT_HEIGHT / 2, SLOT_WIDTH - 8);
    pen.fillStyle = "#fff";
    pen.fillText(text, SLOT_WIDTH / 2, SLOT_HEIGHT / 2, SLOT_WIDTH - 8);
    this.#bytes.set(pen.getImageData(0, 0, SLOT_WIDTH, SLOT_HEIGHT).data, slot * SLOT_BYTES);
    this.texture.addLayerUpdate(slot);
    this.texture.needsUpdate = true;
  }
}
