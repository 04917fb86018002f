// The instance buffer of the bodies drawn in one level of detail: rows of 20 floats, written anew
// each frame for the bodies in view.

import {
  DynamicDrawUsage,
  InstancedInterleavedBuffer,
  InterleavedBufferAttribute,
  type InstancedBufferGeometry,
} from "three";

export const FLOATS_PER_BODY = 20;

export class BodyInstances {
  count = 0;
  #buffer: InstancedInterleavedBuffer;
  #geometries: InstancedBufferGeometry[];

  /** The geometries share the rows. */
  constructor(geometries: InstancedBufferGeometry[], capacity: number) {
    this.#geometries = geometries;
    this.#buffer = this.#bound(capacity);
  }

  get rows(): Float32Array {
    return this.#buffer.array as Float32Array;
  }

  /** Starts a frame in which up to `capacity` bodies may come. */
  begin(capacity: number): void {
    this.count = 0;
    if (capacity * FLOATS_PER_BODY <= this.rows.length) return;
    this.#buffer = this.#bound(Math.ceil(capacity * 1.5));
  }

  /** Sends the rows written. */
  end(): void {
    for (const geometry of this.#geometries) geometry.instanceCount = this.count;
    if (this.count === 0) return;
    this.#buffer.clearUpdateRanges();
    this.#buffer.addUpdateRange(0, this.count * FLOATS_PER_BODY);
    this.#buffer.needsUpdate = true;
  }

  #bound(capacity: number): InstancedInterleavedBuffer {
    const rows = new Float32Array(capacity * FLOATS_PER_BODY);
    const buffer = new InstancedInterleavedBuffer(rows, FLOATS_PER_BODY, 1);
    buffer.setUsage(DynamicDrawUsage);
    for (const geometry of this.#geometries) {
      ["iOlder", "iNewer", "iTimes", "iWalk", "iAges"].forEach((name, index) => {
        geometry.setAttribute(name, new InterleavedBufferAttribute(buffer, 4, index * 4));
      });
    }
    return buffer;
  }
}
