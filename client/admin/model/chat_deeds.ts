//! What moderators can do about what is said.

import type { AdminApi, ChatLine, SlowChannel } from "../api";
import { PLAIN, type Deed } from "./deeds";

/** As the service takes it: words of one edit. */
const WORDS_EDITED_MAX = 20;
const WORD_CHARACTERS_MAX = 40;
const PAUSES = [
  { value: "5", label: "5 seconds" },
  { value: "15", label: "15 seconds" },
  { value: "30", label: "30 seconds" },
  { value: "60", label: "a minute" },
  { value: "300", label: "5 minutes" },
  { value: "600", label: "10 minutes" },
];

export function removeLine(api: AdminApi, { id, name, text }: Pick<ChatLine, "id" | "name" | "text">): Deed {
  const whose = name === "" ? "the server" : name;
  return {
    ...PLAIN,
    action: "chat.remove",
    title: `Remove a line of ${whose}`,
    about: `\u201c${text}\u201d goes from all pages at once, and nobody is shown it any more. In its place they read that a moderator removed it.`,
    verb: "Remove it",
    isGrave: true,
    run: ({ reason }) => api.removeLine(id, { reason }),
  };
}

export function slowChannel(api: AdminApi, { id }: SlowChannel): Deed {
  return {
    ...PLAIN,
    action: "chat.slow",
    title: `Slow ${id} down`,
    about: "Each speaker waits so long from one line to the next there, and is told until when.",
    verb: "Slow it down",
    isGrave: true,
    fields: [{ name: "seconds", label: "Between two lines of one speaker", options: PAUSES, value: "30" }],
    run: ({ seconds = "", reason }) => api.slowChannel(id, { seconds: Number(seconds), reason }),
  };
}

export function endSlow(api: AdminApi, { id }: SlowChannel): Deed {
  return {
    ...PLAIN,
    action: "chat.slow",
    title: `Let ${id} go`,
    about: "All speak there as often as the usual rates allow.",
    verb: "Let it go",
    run: ({ reason }) => api.slowChannel(id, { seconds: 0, reason }),
  };
}

export function addWords(api: AdminApi): Deed {
  return {
    ...PLAIN,
    action: "chat.words",
    title: "Add words to the filter",
    about: "Whoever says one from now on is read with stars in its place. Only whole words are found, whatever their case.",
    verb: "Add them",
    isGrave: true,
    fields: [
      {
        name: "words",
        label: `Words, up to ${WORDS_EDITED_MAX}, with spaces between`,
        charactersMax: WORDS_EDITED_MAX * (WORD_CHARACTERS_MAX + 1),
      },
    ],
    run: ({ words = "", reason }) => api.editFilter({ add: wordsOf(words), remove: [], reason }),
  };
}

export function takeOutWord(api: AdminApi, word: string): Deed {
  return {
    ...PLAIN,
    action: "chat.words",
    title: `Take \u201c${word}\u201d out of the filter`,
    about: "It is read again as it is said.",
    verb: "Take it out",
    run: ({ reason }) => api.editFilter({ add: [], remove: [word], reason }),
  };
}

/** Each once, as the filter has them. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().split(/[\s,]+/);
  return [...new Set(words.filter((word) => word !== ""))];
}
