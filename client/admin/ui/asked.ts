//! What a page asked the service: asked again after every deed and every so often, while the page is looked at. What
//! was told stays when a later try fails.

import { createEffect, createSignal, on, onCleanup, type Accessor } from "solid-js";
import { asProblem, type Problem } from "../../src/account";
import { usePanel } from "./context";

export interface Asked<Value> {
  /** The newest that was told; undefined before. */
  value: Accessor<Value | undefined>;
  /** Why the newest question was not answered; null if it was. */
  problem: Accessor<Problem | null>;
  isAsking: Accessor<boolean>;
  again: () => void;
}

export function createAsked<Value>(
  ask: Accessor<() => Promise<Value>>,
  { everyMs }: { everyMs?: number } = {},
): Asked<Value> {
  const { deeds } = usePanel();
  const [value, setValue] = createSignal<Value>();
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const [isAsking, setAsking] = createSignal(false);
  let newest = 0;
  const again = () => {
    const number = ++newest;
    setAsking(true);
    const settle = (work: () => void) => {
      // A slow answer to an earlier question tells nothing new.
      if (number !== newest) return;
      setAsking(false);
      work();
    };
    ask()().then(
      (told) => settle(() => (setProblem(null), setValue(() => told))),
      (error: unknown) => settle(() => setProblem(asProblem(error))),
    );
  };
  createEffect(on([ask, () => deeds.doneCount], again));
  createEffect(on(ask, () => setValue(undefined), { defer: true }));
  if (everyMs !== undefined) repeat(everyMs, again);
  onCleanup(() => (newest += 1));
  return { value, problem, isAsking, again };
}

function repeat(everyMs: number, work: () => void): void {
  const timer = setInterval(() => {
    if (!document.hidden) work();
  }, everyMs);
  onCleanup(() => clearInterval(timer));
}
