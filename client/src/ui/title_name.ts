//! Whose name stands at the title: when somebody signs in, or the account's characters change, one of these may take
//! its place. It outlives the title, which is built anew behind each battle.

import type { CharacterAnswer, RosterState } from "../company";

type Characters = RosterState["characters"];
/** Null is nobody; undefined, until the page knows who it is. */
type Owner = string | null | undefined;

export class TitleName {
  private owner: Owner;
  private characters: Characters = null;
  /** What the player wrote for who is signed in now: the name of a new character, perhaps. */
  private typed = "";

  type(name: string): void {
    this.typed = name;
  }

  /** Whom to choose, now that these are the characters of who is signed in; null where the shown name is to stay. */
  heed(name: string, owner: Owner, characters: Characters): CharacterAnswer | null {
    const before = this.characters;
    // Who writes while the page still looks for who it is, is that one.
    if (this.owner !== undefined && owner !== this.owner) this.typed = "";
    this.owner = owner;
    this.characters = characters;
    if (characters === null || (characters === before && name !== "")) return null;
    if (named(name, characters)) return null;
    const known = named(name, before);
    if (!known && name !== "" && name === this.typed) return null;
    const renamed = characters.find(({ character }) => character === known?.character);
    return renamed ?? characters[0] ?? null;
  }
}

function named(name: string, characters: Characters): CharacterAnswer | undefined {
  return characters?.find((it) => keyOf(it.name) === keyOf(name));
}

/** The same for names that the services take for the same. */
function keyOf(name: string): string {
  return name.trim().toLowerCase().replace(/[-_']/g, " ");
}
