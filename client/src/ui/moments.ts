//! When something was or will be, as the player's own clock and calendar say it. All in milliseconds, since 1970
//! where it is a moment.

const TIME: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
const DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/** The time of day, with the day where that is another than today. */
export function momentText(atMs: number, nowMs: number): string {
  const [at, now] = [new Date(atMs), new Date(nowMs)];
  const isToday = at.toDateString() === now.toDateString();
  return isToday ? at.toLocaleTimeString([], TIME) : at.toLocaleString([], { ...DAY, ...TIME });
}

/** How long that is, by its two largest units; 1 s at least. */
export function spanText(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  const of = (unit: number, part: number) => Math.floor((seconds % unit) / part);
  if (seconds >= DAY_S) return `${Math.floor(seconds / DAY_S)} d ${of(DAY_S, HOUR_S)} h`;
  if (seconds >= HOUR_S) return `${Math.floor(seconds / HOUR_S)} h ${of(HOUR_S, MINUTE_S)} min`;
  if (seconds >= MINUTE_S) return `${Math.floor(seconds / MINUTE_S)} min ${of(MINUTE_S, 1)} s`;
  return `${seconds} s`;
}
