//! A region's name is its level above 48 bits of Morton code, in hexadecimal, as `spatial/src/region.rs` has it.

const CODE_BITS = 48n;
/** Of the largest region, 1,024 m. */
const LEVEL_MAX = 6n;

/** The region that it is an eighth of, which is what comes to be when it is merged; null of the largest. */
export function parentOf(name: string): string | null {
  if (!/^[0-9a-f]{1,16}$/i.test(name)) return null;
  const bits = BigInt(`0x${name}`);
  const level = (bits >> CODE_BITS) + 1n;
  if (level > LEVEL_MAX) return null;
  const within = 3n * level;
  const code = ((bits & ((1n << CODE_BITS) - 1n)) >> within) << within;
  return ((level << CODE_BITS) | code).toString(16);
}
