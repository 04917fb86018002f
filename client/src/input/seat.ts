//! Keeps the token of the body that this tab plays, so that a reload comes back to it, and before that what keeps
//! its place in the line.

const STORAGE_KEY = "voxelheim.seat";
const LINE_KEY = "voxelheim.line";

interface Seat {
  name: string;
  token: string;
}

export function keepSeat({ name, resumeToken }: { name: string; resumeToken: string }): void {
  try {
    const seat: Seat = { name, token: resumeToken };
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(seat));
  } catch {
    // Without storage a reload is a new body, and nothing else is lost.
  }
}

export function giveUpSeat(): void {
  try {
    sessionStorage.removeItem(STORAGE_KEY);
    sessionStorage.removeItem(LINE_KEY);
  } catch {
    // Nothing was kept.
  }
}

/** Empty where there is none any more. */
export function keepLineTicket(lineTicket: string): void {
  try {
    if (lineTicket === "") sessionStorage.removeItem(LINE_KEY);
    else sessionStorage.setItem(LINE_KEY, lineTicket);
  } catch {
    // Without storage a reload is a new wait.
  }
}

/** Empty unless this tab waited; the server knows whether that was too long ago. */
export function keptLineTicket(): string {
  try {
    return sessionStorage.getItem(LINE_KEY) ?? "";
  } catch {
    return "";
  }
}

/** Empty unless this tab played under that name. */
export function keptToken(name: string): string {
  try {
    const seat = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "{}") as Partial<Seat>;
    return seat.name === name && typeof seat.token === "string" ? seat.token : "";
  } catch {
    return "";
  }
}
