import { afterEach, expect, it, vi } from "vitest";
import { arrivalOf, isAwaited, keepDeparture, type Departure } from "./departure";

afterEach(() => vi.unstubAllGlobals());

const departure: Departure = {
  provider: { name: "example", title: "Example" },
  state: "s-1",
  secret: "hush",
};

it("reads what a provider leads back with, and nothing else", () => {
  expect(arrivalOf("?by=example&code=c-1&state=s-1")).toEqual({ by: "example", state: "s-1", code: "c-1" });
  expect(arrivalOf("?by=example&error=access_denied&state=s-1")).toEqual({
    by: "example",
    state: "s-1",
    code: "",
  });
  for (const search of ["", "?by=example", "?code=c&state=s", "?by=example&code=c", "?by=example&state=s"]) {
    expect(arrivalOf(search)).toBe(null);
  }
});

it("waits for the provider that it went to, and for its own state", () => {
  const arrival = { by: "example", state: "s-1", code: "c-1", departure };
  expect(isAwaited(arrival)).toBe(true);
  expect(isAwaited({ ...arrival, by: "another" })).toBe(false);
  expect(isAwaited({ ...arrival, state: "s-2" })).toBe(false);
  expect(isAwaited({ ...arrival, departure: null })).toBe(false);
});

it("goes nowhere where the browser keeps nothing, and says why", () => {
  vi.stubGlobal("sessionStorage", {
    setItem: () => {
      throw new DOMException("denied", "SecurityError");
    },
  });
  expect(() => keepDeparture(departure)).toThrow("keeps nothing for this page");
});
