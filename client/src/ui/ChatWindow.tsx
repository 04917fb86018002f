import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import { CHANNEL } from "../wire/link";
import type { TalkLine } from "../world/talk";
import { channelAfter, SPOKEN_CHANNELS, wishOf } from "../world/talk_command";
import type { PartProps } from "./App";
import { ChatReport, type Report } from "./ChatReport";
import { momentText } from "./moments";

/** Lines are seen so long after they came, while nobody types. */
const SHOWN_MS = 9_000;
/** Lines over the battle while nobody types. */
const SHOWN_COUNT_MAX = 5;
const LETTERS_MAX = 200;
/** So near its end a list is taken to be read to the end; pixels. */
const END_PIXELS = 8;
const KEYS = "Tab: channel, /w name: whisper";
const MARKS = ["All", "Near", "House", "Party", "Guild", "Whisper", ""];

interface ChatProps extends PartProps {
  /** Null where nobody takes reports. */
  report: Report | null;
}

/** What players say to each other. Enter opens it, Tab changes the channel, Esc closes it; the arrow up leads from
 * an empty entry to the lines, of which Enter reports one. */
export function ChatWindow(props: ChatProps) {
  const [channel, setChannel] = createSignal<number>(CHANNEL.GLOBAL);
  const [hint, setHint] = createSignal("");
  const [reported, setReported] = createSignal<TalkLine | null>(null);
  const { open, show } = createDoor(props, () => endReport(""));
  const lines = createMemo(() => props.model().talk.lines);
  const shown = createMemo(() => (open() ? lines() : fresh(lines(), props.model().nowMs)));
  /** Does what was typed; false where it stays to be mended. */
  const enter = (typed: string): boolean => {
    const { scoreboard, talk } = props.model();
    // Who has just come may have spoken before the score names him.
    const names = [...scoreboard, ...talk.lines].map(({ name }) => name);
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

  const endReport = (word: string) => {
    setReported(null);
    setHint(word);
  };
  /** An answer that comes when another line is chosen shuts nothing. */
  const endReportOf = (line: TalkLine, word: string) => (reported() === line ? endReport(word) : setHint(word));
  createEffect(() => {
    if (isRemoved(reported(), lines())) endReport("A moderator has removed that already.");
  });
  const entry = () => (
    <Entry
      channel={channel()}
      turn={() => setChannel(channelAfter(channel(), props.model().talk.groups))}
      enter={enter}
      canReport={props.report !== null}
      close={() => show(false)}
    />
  );

  return (
    <section class="chat" classList={{ open: open() }} aria-label="Chat">
      <Lines
        lines={shown()}
        isOpen={open()}
        choose={open() && props.report ? setReported : null}
        leave={() => document.getElementById("chat-input")?.focus()}
      />
      <Show when={open()}>
        <Show when={hint()}>
          <p class="chat-hint">{hint()}</p>
        </Show>
        <Show when={reported()} keyed fallback={entry()}>
          {(line) => <ChatReport line={line} report={props.report!} close={(word) => endReportOf(line, word)} />}
        </Show>
      </Show>
      <Show when={!open() && props.model().device === "touch"}>
        <OpenButton open={() => show(true)} />
      </Show>
    </section>
  );
}

function OpenButton(props: { open: () => void }) {
  return (
    <button class="chat-open" aria-label="Chat" onClick={() => props.open()}>
      {"\u2026"}
    </button>
  );
}

/** Whether the window is open; Enter opens it. `turned`: before each change. */
function createDoor(props: PartProps, turned: () => void) {
  const [open, setOpen] = createSignal(false);
  const show = (isOpen: boolean) => {
    if (isOpen === open()) return;
    turned();
    setOpen(isOpen);
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
  return { open, show };
}

/** Whether a moderator has removed a line since it was chosen. */
function isRemoved(chosen: TalkLine | null, lines: readonly TalkLine[]): boolean {
  return lines.some(({ kind, sequence }) => kind === "removed" && sequence === chosen?.sequence);
}

function fresh(lines: readonly TalkLine[], nowMs: number): readonly TalkLine[] {
  return lines.filter((line) => nowMs - line.atMs < SHOWN_MS).slice(-SHOWN_COUNT_MAX);
}

/** Whether Enter means something else there. */
function isControl(target: Element): boolean {
  return target.matches("input, select, textarea, button, a, [contenteditable]");
}

interface LinesProps {
  lines: readonly TalkLine[];
  isOpen: boolean;
  /** Takes the line that is to be reported; null where none can be. */
  choose: ((line: TalkLine) => void) | null;
  /** Back to the entry. */
  leave(): void;
}

/** Follows the newest line, unless who reads went back to older ones. */
function Lines(props: LinesProps) {
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
      const added = lines.filter((line) => line.number > newest && !line.isRecalled).length;
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
  const onKey = (event: KeyboardEvent) => {
    if (event.code === "Escape") props.leave();
    else if (event.code === "ArrowUp") stepToFlag(list, -1);
    else if (event.code !== "ArrowDown") return;
    else if (!stepToFlag(list, 1)) props.leave();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="chat-scroll">
      <ol
        class="chat-lines"
        id="chat-lines"
        aria-live="polite"
        ref={list}
        onScroll={onScroll}
        onKeyDown={onKey}
      >
        <For each={props.lines}>{(line) => <Line line={line} choose={props.choose} />}</For>
      </ol>
      <Show when={props.isOpen && unread() > 0}>
        <button class="chat-unread" onClick={toEnd}>
          {unread()} new
        </button>
      </Show>
    </div>
  );
}

/** Puts the keyboard on the next line that can be reported, the newest at first; false where there is none. */
function stepToFlag(list: Element, step: number): boolean {
  const flags = [...list.querySelectorAll<HTMLElement>(".chat-flag")];
  const place = flags.indexOf(document.activeElement as HTMLElement);
  const next = flags[place === -1 ? flags.length - 1 : place + step];
  next?.focus();
  return next !== undefined;
}

function Line(props: { line: TalkLine; choose: LinesProps["choose"] }) {
  const { line } = props;
  const choose = () => (line.message === "" ? null : props.choose);
  const onMenu = (event: Event) => {
    if (!choose()) return;
    event.preventDefault();
    choose()?.(line);
  };
  const mark = line.to ? `To ${line.to}` : MARKS[line.channel];
  return (
    <li
      class={`chat-line channel-${line.channel} ${line.kind}`}
      classList={{ recalled: line.isRecalled }}
      onContextMenu={onMenu}
    >
      <Show when={line.isRecalled}>
        <time class="chat-mark">{momentText(line.saidMs, Date.now())}</time>
      </Show>
      <Show when={mark}>
        <span class="chat-mark">{mark}</span>
      </Show>
      <Show when={line.name && !line.to}>
        <b class={`house-${line.house}`}>{line.name}</b>
      </Show>
      <span class="chat-text">{line.text}</span>
      <Show when={choose()}>
        {(report) => (
          <button
            class="chat-flag"
            tabIndex={-1}
            aria-label={`Report what ${line.name} said: ${line.text}`}
            title="Report"
            onClick={() => report()(line)}
          >
            {"\u2691"}
          </button>
        )}
      </Show>
    </li>
  );
}

interface EntryProps {
  channel: number;
  turn(): void;
  enter(typed: string): boolean;
  canReport: boolean;
  close(): void;
}

function toNewestFlag(): void {
  const list = document.getElementById("chat-lines");
  if (list) stepToFlag(list, -1);
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
    if (event.code === "ArrowUp" && field.value === "") acts["ArrowUp"] = toNewestFlag;
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
        placeholder={props.canReport ? `${KEYS}, \u2191: report` : KEYS}
        onKeyDown={onKey}
      />
      <button class="chat-close" aria-label="Close the chat" onClick={() => props.close()}>
        {"\u00d7"}
      </button>
    </div>
  );
}
