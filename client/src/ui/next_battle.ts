//! Which battle staff have scheduled next, as the title tells it. Nothing where none is, and where nobody says.
import { createEffect, createMemo, createSignal, onCleanup, type Accessor } from "solid-js";
import type { Account } from "../account";

const PATH = "/admin/battles/next";
const LOOK_PERIOD_MS = 60_000;
const SECOND_MS = 1_000;

export interface NextBattle {
  title: string;
  /** May be empty. */
  note: string;
  startMs: number;
  /** How far away it is, by the player's clock. */
  leftMs: number;
}

/** Looks now and then while `isOffered`, and whenever the page comes back into view; counts down in between. */
export function createNextBattle(account: Account, isOffered: Accessor<boolean>): Accessor<NextBattle | null> {
  const [battle, setBattle] = createSignal<Announced | null>(null);
  const [nowMs, setNowMs] = createSignal(Date.now());
  const hasServices = createMemo(isOffered);
  const look = async () => {
    const told = await announced(account);
    // Without an answer what is known stays so.
    if (told !== undefined) setBattle(told);
  };
  const lookIfSeen = () => {
    if (hasServices() && document.visibilityState === "visible") void look();
  };
  const timers = [
    window.setInterval(lookIfSeen, LOOK_PERIOD_MS),
    window.setInterval(() => setNowMs(Date.now()), SECOND_MS),
  ];
  document.addEventListener("visibilitychange", lookIfSeen);
  onCleanup(() => {
    timers.forEach((timer) => window.clearInterval(timer));
    document.removeEventListener("visibilitychange", lookIfSeen);
  });
  createEffect(lookIfSeen);
  return () => {
    const next = battle();
    const leftMs = (next?.start_ms ?? 0) - nowMs();
    if (next === null || leftMs <= 0) return null;
    return { title: next.title, note: next.note, startMs: next.start_ms, leftMs };
  };
}

/** As the service tells it. */
interface Announced {
  title: string;
  note: string;
  start_ms: number;
}

async function announced(account: Account): Promise<Announced | null | undefined> {
  try {
    return (await account.askAsAnybody<{ battle: Announced | null }>(PATH)).battle;
  } catch {
    return undefined;
  }
}
