//! Whether two answers say the same; what says the same stays the same object, so that what shows it stays, too,
//! with its focus and all that was begun there.

export type Document = Record<string, unknown>;

/** Whatever the order of their keys. */
export function isSame(one: unknown, other: unknown): boolean {
  if (!isDocument(one) || !isDocument(other)) return JSON.stringify(one) === JSON.stringify(other);
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => isSame(one[key], other[key]));
}

/** `now`, with all of `before` that says the same. */
export function reusing<Value>(before: unknown, now: Value): Value {
  if (Array.isArray(before) && Array.isArray(now)) {
    const known = new Map(before.map((it: unknown) => [JSON.stringify(it), it]));
    const rows: unknown[] = now.map((it: unknown) => known.get(JSON.stringify(it)) ?? it);
    const isAll = before.length === rows.length && rows.every((it, index) => it === before[index]);
    return (isAll ? before : rows) as Value;
  }
  if (!isDocument(before) || !isDocument(now)) return now;
  const parts = Object.entries(now).map(([key, it]) => [key, reusing(before[key], it)] as const);
  const isAll =
    Object.keys(before).length === parts.length && parts.every(([key, it]) => it === before[key]);
  return (isAll ? before : Object.fromEntries(parts)) as Value;
}

export function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
