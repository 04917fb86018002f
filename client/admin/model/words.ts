//! How the panel writes numbers, times and problems. What is not known (NaN) is a dash, never a zero.

import { asSentence, capitalised, type Problem } from "../../src/account";

export const UNKNOWN = "–";

/** As players read them, red and blue. */
export const HOUSE_NAMES = ["House Ember", "House Tide"] as const;

export function count(value: number): string {
  return Number.isNaN(value) ? UNKNOWN : Math.round(value).toLocaleString("en-GB");
}

/** Of microseconds: in the unit that has few digits. */
export function micros(us: number): string {
  if (Number.isNaN(us)) return UNKNOWN;
  if (us < 1_000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${threeDigits(us / 1_000)} ms`;
  return `${threeDigits(us / 1_000_000)} s`;
}

export function millis(ms: number): string {
  return micros(ms * 1_000);
}

export function bytes(value: number): string {
  if (Number.isNaN(value)) return UNKNOWN;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  for (; value >= 1_000 && unit < units.length - 1; unit++) value /= 1_000;
  return `${unit === 0 ? Math.round(value) : threeDigits(value)} ${units[unit]}`;
}

export function bytesPerSecond(value: number): string {
  return Number.isNaN(value) ? UNKNOWN : `${bytes(value)}/s`;
}

/** Of tenths of a percent. */
export function permille(value: number): string {
  return Number.isNaN(value) ? UNKNOWN : `${threeDigits(value / 10)} %`;
}

export function seconds(value: number): string {
  if (Number.isNaN(value)) return UNKNOWN;
  const whole = Math.max(0, Math.round(value));
  if (whole < 90) return `${whole} s`;
  if (whole < 5_400) return `${Math.round(whole / 60)} min`;
  if (whole < 172_800) return `${Math.round(whole / 3_600)} h`;
  return `${Math.round(whole / 86_400)} days`;
}

/** Day and time as the operator's clock has it; the time alone within the day. */
export function moment(atMs: number, nowMs: number): string {
  if (Number.isNaN(atMs)) return UNKNOWN;
  const at = new Date(atMs);
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  const time = at.toLocaleTimeString("en-GB");
  return isToday ? time : `${at.toLocaleDateString("en-GB", { dateStyle: "medium" })}, ${time}`;
}

export function signed(value: number): string {
  if (Number.isNaN(value)) return UNKNOWN;
  return value > 0 ? `+${count(value)}` : count(value).replace("-", "−");
}

/** What went wrong, as it is shown: a title, and all that is known besides. */
export interface Explained {
  title: string;
  details: string[];
}

export function explained(problem: Problem): Explained {
  if (problem.kind === "unreachable") {
    return { title: "No answer", details: ["The server was not reached, or did not answer in time."] };
  }
  const title = problem.message === problem.kind ? `Refused (${problem.status})` : capitalised(problem.message);
  const fields = problem.fields.map(({ field, detail }) => `${capitalised(field)}: ${asSentence(detail)}`);
  const detail = problem.detail === "" ? [] : [asSentence(problem.detail)];
  return { title, details: [...detail, ...fields] };
}

function threeDigits(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(1) : Math.round(value).toString();
}
