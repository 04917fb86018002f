//! A difference as one reads it: what changed with a few lines around, the rest folded.

import type { DiffLine } from "../api";

/** Around each change, for one to see where it is. */
const AROUND_LINES = 2;

export type FoldedLine = DiffLine | { kind: "fold"; text: string };

export function folded(lines: readonly DiffLine[]): FoldedLine[] {
  const isChanged = lines.map(({ kind }) => kind !== "same");
  if (!isChanged.includes(true)) return [];
  const isNear = lines.map((_, index) =>
    isChanged.slice(Math.max(0, index - AROUND_LINES), index + AROUND_LINES + 1).includes(true),
  );
  const shown: FoldedLine[] = [];
  let hidden = 0;
  const fold = () => {
    if (hidden > 0) shown.push({ kind: "fold", text: `${hidden} lines as they were` });
    hidden = 0;
  };
  lines.forEach((line, index) => {
    if (!isNear[index]) return void (hidden += 1);
    fold();
    shown.push(line);
  });
  fold();
  return shown;
}
