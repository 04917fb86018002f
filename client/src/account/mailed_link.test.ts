import { expect, it } from "vitest";
import { mailedLink } from "./mailed_link";

it("reads the links that are mailed, and no others", () => {
  expect(mailedLink("#verify=aB-_9")).toEqual({ purpose: "verify", token: "aB-_9" });
  expect(mailedLink("#reset=x")).toEqual({ purpose: "reset", token: "x" });
  for (const hash of ["", "#", "#verify=", "#verify", "#other=x", "#verify=<b>", "verify=x"]) {
    expect(mailedLink(hash)).toBe(null);
  }
});
