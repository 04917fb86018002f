import { describe, expect, it } from "vitest";
import type { CharacterAnswer } from "../company";
import { TitleName } from "./title_name";

const LOOK = { hair: 0, skin: 0, tabard: 0, emblem: 0 };

/** Characters by their names, each with a number of its own. */
const roster = (...names: string[]): CharacterAnswer[] =>
  names.map((name, index) => ({ character: `${index}`, name, house: 0, appearance: LOOK, created_ms: index }));

/** The name at the title, as it goes on from one word of the services to the next. */
class Title {
  readonly names = new TitleName();

  constructor(public name: string) {}

  type(name: string): this {
    this.names.type(name);
    this.name = name;
    return this;
  }

  hear(owner: string | null | undefined, characters: CharacterAnswer[] | null): string {
    this.name = this.names.heed(this.name, owner, characters)?.name ?? this.name;
    return this.name;
  }
}

describe("the name at the title", () => {
  it("is a guest's own", () => {
    const title = new Title("Last Guest");
    expect(title.hear(null, null)).toBe("Last Guest");
    expect(title.type("Zed").hear("7", null)).toBe("Zed");
  });

  it("is a character's of who signs in, whatever a guest wrote before", () => {
    const title = new Title("Last Guest");
    title.hear(null, null);
    title.type("Zed").hear("1", null);
    expect(title.hear("1", roster("Astrid", "Bo"))).toBe("Astrid");
    title.hear("2", null);
    expect(title.hear("2", roster("Cai"))).toBe("Cai");
  });

  it("stays where it is one of theirs, however it is written", () => {
    expect(new Title("Bo").hear("1", roster("Astrid", "Bo"))).toBe("Bo");
    expect(new Title("jean luc").hear("1", roster("Astrid", "Jean-Luc"))).toBe("jean luc");
  });

  it("is the first one's where none is shown, and stays where there is none", () => {
    const title = new Title("");
    const characters = roster("Astrid");
    title.hear("1", characters);
    title.name = "";
    expect(title.hear("1", characters)).toBe("Astrid");
    expect(new Title("Zed").hear("1", [])).toBe("Zed");
  });

  it("is nobody's any more once the character is deleted", () => {
    const title = new Title("Bo");
    title.hear("1", roster("Astrid", "Bo"));
    title.type("Bo");
    expect(title.hear("1", roster("Astrid"))).toBe("Astrid");
  });

  it("goes along with a character that is renamed", () => {
    const title = new Title("Bo");
    title.hear("1", roster("Astrid", "Bo"));
    expect(title.hear("1", roster("Astrid", "Bo the Bold"))).toBe("Bo the Bold");
  });

  it("is what the player writes for a new character, also behind a battle and before the list comes", () => {
    const title = new Title("Last Guest");
    const characters = roster("Astrid", "Bo");
    title.hear(undefined, null);
    title.type("Zed");
    title.hear("1", null);
    expect(title.hear("1", characters)).toBe("Zed");
    expect(title.hear("1", characters)).toBe("Zed");
    expect(title.hear("1", roster("Astrid"))).toBe("Zed");
    title.type("").hear("1", characters);
    expect(title.name).toBe("Astrid");
  });
});
