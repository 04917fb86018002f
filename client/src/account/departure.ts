//! Away to another provider and back: what this window keeps meanwhile, and what it comes back with. The
//! address that the provider leads back to names the provider behind `?by=`, so that no other can answer for it.

import { Problem } from "./problem";

export interface Provider {
  /** In the service's routes. */
  name: string;
  /** For a button. */
  title: string;
}

/** What the window keeps of a sign-in that it began. */
export interface Departure {
  provider: Provider;
  state: string;
  /** For the service alone: without it a code that somebody slipped to this page finishes nothing. */
  secret: string;
}

export interface Arrival {
  /** As the address says; whoever wrote it. */
  by: string;
  state: string;
  /** Empty where the provider did not sign anybody in. */
  code: string;
  /** Null where this window began nothing. */
  departure: Departure | null;
}

const KEY = "voxelheim.departure";

/** Of this window alone, for as long as it is open.
 * @throws Problem where the browser keeps nothing: who came back would not be known. */
export function keepDeparture(departure: Departure): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(departure));
  } catch {
    const title = "This browser keeps nothing for this page, without which nobody can sign in like this";
    throw new Problem("storage-refused", 409, { title, detail: "Allow storage for it, and try again." });
  }
}

/** What came back with this address, once: neither address nor window keep it. Null where nothing did. */
export function takeArrival(): Arrival | null {
  const told = arrivalOf(location.search);
  if (told === null) return null;
  history.replaceState(null, "", location.pathname);
  return { ...told, departure: takeDeparture() };
}

export function arrivalOf(search: string): Omit<Arrival, "departure"> | null {
  const query = new URLSearchParams(search);
  const [by, state] = [query.get("by"), query.get("state")];
  const code = query.get("code") ?? "";
  const isWhole = by !== null && state !== null && (code !== "" || query.has("error"));
  return isWhole ? { by, state, code } : null;
}

/** Whether this is what the window waited for. */
export function isAwaited({ by, state, departure }: Arrival): boolean {
  return departure !== null && departure.provider.name === by && departure.state === state;
}

function takeDeparture(): Departure | null {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return text === null ? null : (JSON.parse(text) as Departure);
  } catch {
    return null;
  }
}
