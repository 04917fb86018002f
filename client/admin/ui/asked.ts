//! What a page asked the service: asked again after every deed and every so often, while the page is looked at. What
//! was told stays when a later try fails.

import { createEffect, createSignal, on, onCleanup, type Accessor } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
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
  const panel = usePanel();
  // A store keeps what stays the same, so that nobody's focus is lost when the same comes again.
  const [told, setTold] = createStore<{ value?: Value }>({});
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
    // A question that cannot even be asked is refused as one that was.
    const answered = async () => ask()();
    answered().then(
      (answer) => settle(() => (setProblem(null), setTold(reconcile({ value: answer })))),
      (error: unknown) => settle(() => setProblem(asProblem(error))),
    );
  };
  createEffect(on([ask, () => panel.deeds.doneCount], again));
  createEffect(on(ask, () => (setProblem(null), setTold(reconcile({}))), { defer: true }));
  if (everyMs !== undefined) repeat(everyMs, again);
  onCleanup(() => (newest += 1));
  return { value: () => told.value, problem, isAsking, again };
}

function repeat(everyMs: number, work: () => void): void {
  const timer = setInterval(() => {
    if (!document.hidden) work();
  }, everyMs);
  onCleanup(() => clearInterval(timer));
}
