//! What a line typed into the chat window asks for. Pure: text in, a wish out.

import { CHANNEL } from "../wire/link";

/** Those that Tab goes through. */
export const SPOKEN_CHANNELS = [
  { channel: CHANNEL.GLOBAL, label: "All", commands: ["g", "all", "global"] },
  { channel: CHANNEL.LOCAL, label: "Near", commands: ["n", "near", "local"] },
  { channel: CHANNEL.HOUSE, label: "House", commands: ["h", "house", "team"] },
  { channel: CHANNEL.PARTY, label: "Party", commands: ["p", "party"] },
  { channel: CHANNEL.GUILD, label: "Guild", commands: ["gu", "guild"] },
] as const;

export type Wish =
  | { kind: "say"; channel: number; to: string; text: string }
  /** From now on, words go there. */
  | { kind: "choose"; channel: number }
  | { kind: "ignore"; name: string; ignored: boolean }
  /** Nothing that can be done; a sentence for the player. */
  | { kind: "fault"; text: string };

export interface Speech {
  /** Where words go that say nothing else. */
  channel: number;
  /** Who is known to be here, for names of several words. */
  names: readonly string[];
  lastWhisperer: string;
}

export function wishOf(typed: string, speech: Speech): Wish {
  const text = typed.trim();
  const command = /^\/(\S+)\s*(.*)$/s.exec(text);
  if (!command) return { kind: "say", channel: speech.channel, to: "", text };
  const [, word, rest] = command;
  const spoken = SPOKEN_CHANNELS.find(({ commands }) =>
    (commands as readonly string[]).includes(word.toLowerCase()),
  );
  if (spoken && rest) return { kind: "say", channel: spoken.channel, to: "", text: rest };
  if (spoken) return { kind: "choose", channel: spoken.channel };
  switch (word.toLowerCase()) {
    case "w":
    case "whisper":
      return whisper(rest, speech.names);
    case "r":
    case "reply":
      return reply(rest, speech.lastWhisperer);
    case "mute":
    case "unmute":
      return rest
        ? { kind: "ignore", name: rest, ignored: word.toLowerCase() === "mute" }
        : { kind: "fault", text: `Whom? /${word} name` };
    default:
      return { kind: "fault", text: "Known are /all /near /house /party /guild /w /r /mute /unmute." };
  }
}

/** The next of the channels that Tab goes through; of a party or guild only when one is in it. */
export function channelAfter(channel: number, groups: ReadonlySet<number>): number {
  const place = SPOKEN_CHANNELS.findIndex((spoken) => spoken.channel === channel);
  const others = [...SPOKEN_CHANNELS.slice(place + 1), ...SPOKEN_CHANNELS.slice(0, place + 1)];
  const isOffered = (next: number) =>
    groups.has(next) || (next !== CHANNEL.PARTY && next !== CHANNEL.GUILD);
  return others.find((spoken) => isOffered(spoken.channel))?.channel ?? CHANNEL.GLOBAL;
}

/** A known name of several words goes before its first word alone. */
function whisper(rest: string, names: readonly string[]): Wish {
  const lower = rest.toLowerCase();
  const known = names
    .filter((name) => name !== "" && lower.startsWith(`${name.toLowerCase()} `))
    .sort((first, second) => second.length - first.length);
  const to = known[0] ?? rest.split(/\s/, 1)[0] ?? "";
  const text = rest.slice(to.length).trim();
  if (!to || !text) return { kind: "fault", text: "Whom, and what? /w name words" };
  return { kind: "say", channel: CHANNEL.WHISPER, to, text };
}

function reply(text: string, to: string): Wish {
  if (!to) return { kind: "fault", text: "Nobody whispered to you yet." };
  if (!text) return { kind: "fault", text: `What? /r words go to ${to}` };
  return { kind: "say", channel: CHANNEL.WHISPER, to, text };
}
