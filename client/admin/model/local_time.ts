//! Times as a field of a form writes them: day and minute by this browser's clock, without a zone.

export function localTime(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** NaN of what is none. */
export function timeOf(local: string): number {
  return new Date(local).getTime();
}
