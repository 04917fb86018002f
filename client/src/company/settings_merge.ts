//! Two who changed the same settings: what each changed is kept, and where both did, the newer.

export type Document = Record<string, unknown>;

/** `ours` is newer than `theirs`; both come from `base`. */
export function merged(base: Document, ours: Document, theirs: Document): Document {
  const result: Document = { ...theirs };
  for (const [key, value] of Object.entries(ours)) {
    const [before, other] = [base[key], theirs[key]];
    if (isDocument(value) && isDocument(other)) {
      result[key] = merged(isDocument(before) ? before : {}, value, other);
    } else if (!isSame(value, before) || !(key in theirs)) {
      result[key] = value;
    }
  }
  return result;
}

/** Whatever the order of its keys. */
export function isSame(one: unknown, other: unknown): boolean {
  if (!isDocument(one) || !isDocument(other)) return JSON.stringify(one) === JSON.stringify(other);
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => isSame(one[key], other[key]));
}

export function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
