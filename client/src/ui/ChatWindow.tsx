import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import { CHANNEL } from "../wire/link";
import type { TalkLine } from "../world/talk";
import { channelAfter, SPOKEN_CHANNELS, wishOf } from "../world/talk_command";
import type { PartProps } from "./App";

/** Lines are seen so long after they came, while nobody types. */
const SHOWN_MS = 9_000;
/** Lines over the battle while nobody types. */
const SHOWN_COUNT_MAX = 5;
const LETTERS_MAX = 200;
/** So near its end a list is taken to be read to the end; pixels. */
const END_PIXELS = 8;
const MARKS = ["All", "Near", "House", "Party", "Guild", "Whisper", ""];

/** What players say to each other. Enter opens it, Tab changes the channel, Esc closes it. */
export function ChatWindow(props: PartProps) {
  const [open, setOpen] = createSignal(false);
  const [channel, setChannel] = createSignal<number>(CHANNEL.GLOBAL);
  const [hint, setHint] = createSignal("");
  const lines = createMemo(() => props.model().talk.lines);
  const shown = createMemo(() => (open() ? lines() : fresh(lines(), props.model().nowMs)));
  const show = (isOpen: boolean) => {
    if (isOpen === open()) return;
    setOpen(isOpen);
    setHint("");
    props.actions.typing(isOpen);
  };
  const onKey = (event: KeyboardEvent) => {
    const isHere = props.model().phase === "joined" && event.target instanceof Element;
    if (event.code !== "Enter" || open() || !isHere || isControl(event.target as Element)) return;
    event.preventDefault();
    show(true);
  };
  onMount(() => window.addEventListener("keydown", onKey));
  onCleanup(() => {
    window.removeEventListener("keydown", onKey);
    if (open()) props.actions.typing(false);
  });

  /** Does what was typed; false where it stays to be mended. */
  const enter = (typed: string): boolean => {
    const { scoreboard, talk } = props.model();
    const names = scoreboard.map((row) => row.name);
    const wish = wishOf(typed, { channel: channel(), names, lastWhisperer: talk.lastWhisperer });
    setHint("");
    if (wish.kind === "fault") setHint(wish.text);
    if (wish.kind === "choose") setChannel(wish.channel);
    if (wish.kind === "ignore") {
      props.actions.ignore(wish.name, wish.ignored);
      setHint(`${wish.name} is ${wish.ignored ? "muted for you" : "heard again"}.`);
    }
    if (wish.kind === "say") {
      props.actions.say(wish.channel, wish.to, wish.text);
      show(false);
    }
    return wish.kind !== "fault";
  };

  return (
    <section class="chat" classList={{ open: open() }} aria-label="Chat">
      <Lines lines={shown()} isOpen={open()} />
      <Show when={open()}>
        <Show when={hint()}>
          <p class="chat-hint">{hint()}</p>
        </Show>
        <Entry
          channel={channel()}
          turn={() => setChannel(channelAfter(channel(), props.model().talk.groups))}
          enter={enter}
          close={() => show(false)}
        />
      </Show>
      <Show when={!open() && props.model().device === "touch"}>
        <button class="chat-open" aria-label="Chat" onClick={() => show(true)}>
          {"\u2026"}
        </button>
      </Show>
    </section>
  );
}

function fresh(lines: readonly TalkLine[], nowMs: number): readonly TalkLine[] {
  return lines.slice(-SHOWN_COUNT_MAX).filter((line) => nowMs - line.atMs < SHOWN_MS);
}

/** Whether Enter means something else there. */
function isControl(target: Element): boolean {
  return target.matches("input, select, textarea, button, a, [contenteditable]");
}

/** Follows the newest line, unless who reads went back to older ones. */
function Lines(props: { lines: readonly TalkLine[]; isOpen: boolean }) {
  const [unread, setUnread] = createSignal(0);
  let list!: HTMLOListElement;
  let isAtEnd = true;
  let newest = 0;
  const toEnd = () => {
    list.scrollTop = list.scrollHeight;
    isAtEnd = true;
    setUnread(0);
  };
  createEffect(
    on([() => props.lines, () => props.isOpen], ([lines, isOpen], before) => {
      const added = lines.filter((line) => line.number > newest).length;
      newest = lines.at(-1)?.number ?? newest;
      const justChanged = before?.[1] !== isOpen;
      if (isAtEnd || justChanged) queueMicrotask(toEnd);
      else setUnread((count) => count + added);
    }),
  );
  const onScroll = () => {
    isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < END_PIXELS;
    if (isAtEnd) setUnread(0);
  };
  return (
    <div class="chat-scroll">
      <ol class="chat-lines" id="chat-lines" aria-live="polite" ref={list} onScroll={onScroll}>
        <For each={props.lines}>{(line) => <Line line={line} />}</For>
      </ol>
      <Show when={props.isOpen && unread() > 0}>
        <button class="chat-unread" onClick={toEnd}>
          {unread()} new
        </button>
      </Show>
    </div>
  );
}

function Line(props: { line: TalkLine }) {
  const { line } = props;
  const mark = line.to ? `To ${line.to}` : MARKS[line.channel];
  return (
    <li class={`chat-line channel-${line.channel} ${line.kind}`}>
      <Show when={mark}>
        <span class="chat-mark">{mark}</span>
      </Show>
      <Show when={line.name && !line.to}>
        <b class={`house-${line.house}`}>{line.name}</b>
      </Show>
      <span class="chat-text">{line.text}</span>
    </li>
  );
}

interface EntryProps {
  channel: number;
  turn(): void;
  enter(typed: string): boolean;
  close(): void;
}

/** Where words are typed. */
function Entry(props: EntryProps) {
  let field!: HTMLInputElement;
  onMount(() => field.focus());
  const label = () => SPOKEN_CHANNELS.find((spoken) => spoken.channel === props.channel)?.label;
  const submit = () => {
    const typed = field.value;
    if (typed.trim() === "") return props.close();
    if (props.enter(typed)) field.value = "";
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const acts: Record<string, () => void> = {
      Enter: submit,
      NumpadEnter: submit,
      Tab: props.turn,
      Escape: props.close,
    };
    const act = acts[event.code] ?? acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <div class="chat-entry">
      <button class="chat-channel" onClick={() => (props.turn(), field.focus())}>
        {label()}
      </button>
      <input
        id="chat-input"
        ref={field}
        maxLength={LETTERS_MAX * 2}
        autocomplete="off"
        aria-label={`Say to: ${label()}`}
        placeholder="Tab: channel, Esc: close, /w name: whisper"
        onKeyDown={onKey}
      />
      <button class="chat-close" aria-label="Close the chat" onClick={() => props.close()}>
        {"\u00d7"}
      </button>
    </div>
  );
}
