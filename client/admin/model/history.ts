//! What figures were in the last minutes, a sample a second, for the small charts.

/** Three minutes: what one still remembers. */
export const SAMPLES_MAX = 180;

export class History {
  private readonly series = new Map<string, number[]>();

  /** A sample of each name; series of names that are not there any more are dropped. */
  push(samples: ReadonlyMap<string, number>): void {
    for (const name of this.series.keys()) if (!samples.has(name)) this.series.delete(name);
    for (const [name, value] of samples) {
      const values = this.series.get(name) ?? [];
      this.series.set(name, [...values.slice(1 - SAMPLES_MAX), value]);
    }
  }

  /** The eldest first. */
  of(name: string): readonly number[] {
    return this.series.get(name) ?? [];
  }
}

/** A chart's line and its ends, in a box of the given size; NaN is a gap. */
export function chartPath(values: readonly number[], top: number, width: number, height: number): string {
  const step = width / (SAMPLES_MAX - 1);
  const first = SAMPLES_MAX - values.length;
  let isDrawing = false;
  let path = "";
  values.forEach((value, index) => {
    const isKnown = !Number.isNaN(value);
    if (isKnown) {
      const x = (first + index) * step;
      const y = height * (1 - Math.min(1, Math.max(0, top > 0 ? value / top : 0)));
      path += `${isDrawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    }
    isDrawing = isKnown;
  });
  return path;
}

/** The largest known of them; 0 if none is. */
export function peak(values: readonly number[]): number {
  return values.reduce((most, value) => (value > most ? value : most), 0);
}
