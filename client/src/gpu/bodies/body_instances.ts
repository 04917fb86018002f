//! The instance buffer of the bodies drawn in one level of detail: rows of 20 floats, written anew
//! each frame for the bodies in view.

import {
  DynamicDrawUsage,
  InstancedInterleavedBuffer,
  InterleavedBufferAttribute,
  type InstancedBufferGeometry,
} from "three";

export const FLOATS_PER_BODY = 20;

export class BodyInstances {
  count = 0;
  /** The rows themselves; replaced when they grow. */
  rows: Float32Array<ArrayBuffer>;
  #buffer: InstancedInterleavedBuffer;
  #geometries: InstancedBufferGeometry[];

  /** The geometries share the rows. */
  constructor(geometries: InstancedBufferGeometry[], capacity: number) {
    this.#geometries = geometries;
    this.rows = new Float32Array(capacity * FLOATS_PER_BODY);
    this.#buffer = boundBuffer(geometries, this.rows);
  }

  /** Starts a frame in which up to `capacity` bodies may come. */
  begin(capacity: number): void {
    this.count = 0;
    if (capacity * FLOATS_PER_BODY <= this.rows.length) return;
    this.rows = new Float32Array(Math.ceil(capacity * 1.5) * FLOATS_PER_BODY);
    this.#buffer = boundBuffer(this.#geometries, this.rows);
  }

  /** Sends the rows written. */
  end(): void {
    for (const geometry of this.#geometries) geometry.instanceCount = this.count;
    if (this.count === 0) return;
    this.#buffer.clearUpdateRanges();
    this.#buffer.addUpdateRange(0, this.count * FLOATS_PER_BODY);
    this.#buffer.needsUpdate = true;
  }
}

function boundBuffer(
  geometries: readonly InstancedBufferGeometry[],
  rows: Float32Array<ArrayBuffer>,
): InstancedInterleavedBuffer {
  const buffer = new InstancedInterleavedBuffer(rows, FLOATS_PER_BODY, 1);
  buffer.setUsage(DynamicDrawUsage);
  for (const geometry of geometries) {
    ["iOlder", "iNewer", "iTimes", "iWalk", "iAges"].forEach((name, index) => {
      geometry.setAttribute(name, new InterleavedBufferAttribute(buffer, 4, index * 4));
    });
  }
  return buffer;
}
