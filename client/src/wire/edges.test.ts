import { describe, expect, it } from "vitest";
import { Edges } from "./edges";

describe("edges", () => {
  it("begin at home and go round", () => {
    const edges = new Edges("http://home.test");
    edges.turn();
    expect(edges.current).toBe("http://home.test");
    edges.learn(["http://a.test:8080", "http://home.test", "https://b.test"]);
    const seen = Array.from({ length: 4 }, () => {
      edges.turn();
      return edges.current;
    });
    expect(seen).toEqual(["http://a.test:8080", "https://b.test", "http://home.test", "http://a.test:8080"]);
  });

  it("learn no nonsense, and not without end", () => {
    const edges = new Edges("http://home.test");
    edges.learn(undefined);
    edges.learn(["javascript:alert(1)", 7, null, "http://a.test/path", ""]);
    expect(edges.count).toBe(1);
    edges.learn(Array.from({ length: 1_000 }, (_, number) => `http://${number}.test`));
    expect(edges.count).toBe(64);
  });
});
