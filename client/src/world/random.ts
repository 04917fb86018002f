//! SplitMix64's little sister for tests: the same numbers for the same seed, everywhere.

export class Random {
  constructor(private state: number) {}

  /** 0 .. 2^32-1. */
  next(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }

  /** 0 .. bound-1. */
  below(bound: number): number {
    return this.next() % bound;
  }

  /** 0 .. 1, without 1. */
  share(): number {
    return this.next() / 4_294_967_296;
  }
}
