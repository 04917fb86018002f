//! Cuts a reliable stream into messages. Wire worker.

import { HEADER_BYTES, readNumber } from "./messages";

/** The largest message a server may send: a run of bricks. More is a broken stream. */
const MESSAGE_BYTES_MAX = 4 * 1_024 * 1_024;

export class Framer {
  private pending = new Uint8Array(0);

  /** Takes what arrived; gives back every message that is complete, each in a buffer of its own. */
  take(chunk: Uint8Array): Uint8Array[] {
    this.pending = joined(this.pending, chunk);
    const messages: Uint8Array[] = [];
    let start = 0;
    while (this.pending.length - start >= HEADER_BYTES) {
      const size = HEADER_BYTES + readNumber(this.pending.subarray(start));
      if (size > MESSAGE_BYTES_MAX) throw new Error(`a message of ${size} bytes`);
      if (this.pending.length - start < size) break;
      messages.push(this.pending.slice(start, start + size));
      start += size;
    }
    this.pending = this.pending.slice(start);
    return messages;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
