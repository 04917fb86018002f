//! For tests: a player service in memory, which can be away or refuse.

import { Problem, type Call } from "../account";
import type { Card, CharacterAnswer, Guild, Invitation, Party, Ranked, Relation } from "./api";

const LOOK = { hair: 0, skin: 0, tabard: 0, emblem: 0 };

export function card(character: string, name: string): Card {
  return { character, name, house: 0, appearance: LOOK };
}

export class FakeService {
  owner: string | null = "1";
  state = { isOffered: true };
  relations: Relation[] = [];
  invitations: Invitation[] = [];
  group: Party | null = null;
  guild: Guild | null = null;
  ranks: Ranked[] = [{ ...card("2", "Ivar"), rank: 1, value: 30 }];
  characters: CharacterAnswer[] = [{ ...card("1", "Bera"), created_ms: 0 }];
  level = 3;
  isAway = false;
  /** What the next calls that change something are answered. */
  refusals: Problem[] = [];
  calls: string[] = [];

  character = (): string | null => this.owner;

  ask = async <Answer>(method: Call["method"], path: string, form: object = {}): Promise<Answer> => {
    this.calls.push(`${method} ${path}`);
    if (this.isAway) throw new Problem("unreachable", 0);
    const refused = method === "GET" ? undefined : this.refusals.shift();
    if (refused) throw refused;
    const what = path.replace("/player/", "").replace(`characters/${this.owner}/`, "");
    const answer = this.answer(`${method} ${what}`, form as Record<string, string>);
    return structuredClone(answer) as Answer;
  };

  count(part: string): number {
    return this.calls.filter((call) => call.includes(part)).length;
  }

  relate(id: string, name: string, relation: Relation["relation"]): void {
    this.relations.push({ ...card(id, name), relation, since_ms: 0, place: null });
  }

  private answer(call: string, form: Record<string, string>): unknown {
    const [, page] = /^GET (?:friends|guild)\?after=(\d+)$/.exec(call) ?? [];
    if (call.startsWith("GET friends")) return this.pageOf(this.relations, page);
    if (call.startsWith("GET guild")) {
      if (this.guild === null) throw new Problem("no-guild", 404);
      return { ...this.guild, members: this.pageOf(this.guild.members, page) };
    }
    const known = this.simple(call);
    return known === undefined ? this.change(call, form) : known;
  }

  private simple(call: string): unknown {
    switch (call) {
      case "GET names/Ivar":
        return card("2", "Ivar");
      case "GET invitations":
        return this.invitations;
      case "GET profiles/1":
        return { ...card("1", "Bera"), level: this.level };
      case "GET characters":
        return this.characters;
      case "GET leaderboards/score/week":
      case "GET leaderboards/kills/all":
        return this.ranks;
      case "GET party":
        if (this.group === null) throw new Problem("no-party", 404);
        return this.group;
      default:
        return undefined;
    }
  }

  private change(call: string, form: Record<string, string>): unknown {
    switch (call) {
      case "POST friends":
        this.relate(form["character"] ?? "", "Ivar", "asked");
        return {};
      case "POST party/join":
        this.invitations = [];
        this.group = { party: form["party"] ?? "", leader: "2", members: [card("2", "Ivar"), card("1", "Bera")] };
        return this.group;
      case "POST characters":
        this.characters.push({ ...card("9", form["name"] ?? ""), created_ms: 1 });
        return {};
      default:
        throw new Problem(call.includes("names") ? "no-character" : "not-found", 404);
    }
  }

  private pageOf<Row extends Card>(rows: Row[], after: string | undefined): Row[] {
    const from = after === undefined ? 0 : rows.findIndex(({ character }) => character === after) + 1;
    return rows.slice(from, from + 100);
  }
}
