//! Reads what came from outside into shapes of ours. A field that is missing or of another kind does not blank
//! the panel at three in the morning: a number becomes NaN, which is shown as unknown, a text becomes empty. Only an
//! answer that is no object at all is refused.

import { Problem } from "../../src/account";

export type Read<Value> = (from: Fields) => Value;

/** Longer lists are cut: nobody reads them, and the page must not die of one. */
export const LIST_ITEMS_MAX = 5_000;

/** One JSON object, of which nothing is believed. */
export class Fields {
  private constructor(private readonly raw: Record<string, unknown>) {}

  /** @throws Problem where it is no object. */
  static of(value: unknown): Fields {
    const fields = Fields.maybe(value);
    if (fields === null) throw unreadable();
    return fields;
  }

  static maybe(value: unknown): Fields | null {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? new Fields(value as Record<string, unknown>) : null;
  }

  text(name: string): string {
    return this.textOrNull(name) ?? "";
  }

  textOrNull(name: string): string | null {
    const value = this.raw[name];
    if (typeof value === "number" && Number.isFinite(value)) return String(value);
    return typeof value === "string" ? value : null;
  }

  /** NaN where it is not known. */
  number(name: string): number {
    return finite(this.raw[name]);
  }

  numberOrNull(name: string): number | null {
    const value = this.number(name);
    return Number.isNaN(value) ? null : value;
  }

  /** False unless it is true. */
  flag(name: string): boolean {
    return this.raw[name] === true;
  }

  /** One of these, or the first. */
  choice<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
    return words.find((word) => word === this.raw[name]) ?? words[0];
  }

  texts(name: string): string[] {
    return this.array(name).filter((value) => typeof value === "string");
  }

  numbers(name: string): number[] {
    return this.array(name).map(finite);
  }

  /** Items that are no objects are left out. */
  list<Value>(name: string, read: Read<Value>): Value[] {
    return readList(this.raw[name], read);
  }

  /** An object, or what it would be with all its fields missing. */
  inner<Value>(name: string, read: Read<Value>): Value {
    return read(Fields.maybe(this.raw[name]) ?? new Fields({}));
  }

  innerOrNull<Value>(name: string, read: Read<Value>): Value | null {
    const fields = Fields.maybe(this.raw[name]);
    return fields === null ? null : read(fields);
  }

  private array(name: string): unknown[] {
    const value = this.raw[name];
    return Array.isArray(value) ? value.slice(0, LIST_ITEMS_MAX) : [];
  }
}

export function readList<Value>(value: unknown, read: Read<Value>): Value[] {
  if (!Array.isArray(value)) return [];
  const objects = value.slice(0, LIST_ITEMS_MAX).map((item) => Fields.maybe(item));
  return objects.filter((fields) => fields !== null).map(read);
}

export function unreadable(): Problem {
  return new Problem("unreadable", 502, {
    title: "The answer could not be read",
    detail: "What answered is not the admin service, or one of another version.",
  });
}

function finite(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : NaN;
}
