//! What was said, and what holds for all who speak. `services/admin/src/model/chat.rs`.

import type { Fields } from "./reading";

export interface ChatPage {
  /** The newest first. */
  lines: ChatLine[];
  next: string | null;
}

export interface ChatLine {
  id: string;
  timeMs: number;
  /** Empty for the server itself. */
  name: string;
  account: string;
  /** Of a whisper, whose ear it was for; else empty. */
  to: string;
  text: string;
  /** Players are not shown it any more. */
  isRemoved: boolean;
}

export interface SlowChannel {
  id: string;
  /** Between two lines of one speaker; 0: as the usual rates allow. */
  seconds: number;
}

/** Words that nobody is shown. */
export interface Filter {
  /** In alphabetical order. */
  words: string[];
}

export function readChatPage(from: Fields): ChatPage {
  return { lines: from.list("lines", readChatLine), next: from.textOrNull("next") };
}

function readChatLine(from: Fields): ChatLine {
  return {
    id: from.text("message"),
    timeMs: from.number("time_ms"),
    name: from.text("name"),
    account: from.text("account"),
    to: from.text("to"),
    text: from.text("text"),
    isRemoved: from.flag("is_removed"),
  };
}

export function readSlowChannel(from: Fields): SlowChannel {
  return { id: from.text("channel"), seconds: from.number("seconds") };
}

export function readFilter(from: Fields): Filter {
  return { words: from.texts("words") };
}
