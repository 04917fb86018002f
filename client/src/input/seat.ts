//! Keeps the token of the body that this tab plays, so that a reload comes back to it.

const STORAGE_KEY = "voxelheim.seat";

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
  } catch {
    // Nothing was kept.
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
