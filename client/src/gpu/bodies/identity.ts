//! What a body is, in one float of its instance row: house + 2 gear + 512 seed. A float holds whole numbers of 24
//! bits; these are 1, 8 and 12 of them. INSTANCE in body_shaders.ts takes it apart.

/** Seeds that fit. */
export const SEED_COUNT = 4_096;

export function packIdentity(house: number, gear: number, seed: number): number {
  return (house & 1) + 2 * (gear & 255) + 512 * seed;
}

/** Of a body by its index: its face, its hair and its size. */
export function seedOf(id: number): number {
  return (Math.imul(id, 2_654_435_761) >>> 8) % SEED_COUNT;
}
