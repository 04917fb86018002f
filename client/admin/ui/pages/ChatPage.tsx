//! What is said, a channel at a time, and what moderators do about it: lines, slow channels, the filter.

import { createSignal, For, Show } from "solid-js";
import type { ChatLine, SlowChannel } from "../../api";
import { addWords, endSlow, removeLine, slowChannel, takeOutWord } from "../../model/chat_deeds";
import { count } from "../../model/words";
import { createAsked } from "../asked";
import { usePanel } from "../context";
import { AccountLink, DeedButton, Moment, Paging, Section, Table, TextField, Told } from "../parts";

const LINES_EVERY_MS = 5_000;
const RULES_EVERY_MS = 30_000;
const CHANNELS = ["global", "local", "house.0", "house.1", "system"];
const CHANNEL_CHARACTERS_MAX = 64;
const WORD_CHARACTERS_MAX = 40;
/** Of the filter's words so many are shown; who looks for one types its beginning. */
const WORDS_SHOWN_MAX = 50;

export function ChatPage() {
  const { item } = usePanel();
  const channel = () => (item() === "" ? CHANNELS[0]! : item());
  return (
    <>
      <Show when={channel()} keyed>
        {(channel) => <Lines channel={channel} />}
      </Show>
      <SlowChannels />
      <Filter />
    </>
  );
}

function Lines(props: { channel: string }) {
  const { api } = usePanel();
  const [before, setBefore] = createSignal<string | null>(null);
  const asked = createAsked(
    () => {
      const page = before();
      return () => api.chatLines(props.channel, page);
    },
    { everyMs: LINES_EVERY_MS },
  );
  return (
    <Section
      title={`What is said in ${props.channel}`}
      about="The newest first. The account's number leads to the player: mute, kick and ban are there."
    >
      <Search />
      <Told asked={asked}>
        {(page) => (
          <>
            <ul class="talk">
              <For each={page().lines} fallback={<li class="dim">Nothing was said there lately.</li>}>
                {(line) => <Line line={line} />}
              </For>
            </ul>
            <Paging at={before()} next={page().next} go={setBefore} words={["The newest", "Earlier"]} />
          </>
        )}
      </Told>
    </Section>
  );
}

function Search() {
  const { go } = usePanel();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const channel = new FormData(event.target as HTMLFormElement).get("channel");
    go("chat", String(channel ?? "").trim());
  };
  return (
    <form class="search" role="search" onSubmit={submit}>
      <input
        type="search"
        name="channel"
        list="chat-channels"
        aria-label="Channel"
        placeholder="global, house.0, party.17, guild.9, whisper.3.9"
        autocomplete="off"
        maxLength={CHANNEL_CHARACTERS_MAX}
      />
      <datalist id="chat-channels">
        <For each={CHANNELS}>{(channel) => <option value={channel} />}</For>
      </datalist>
      <button class="button primary">Read</button>
    </form>
  );
}

function Line(props: { line: ChatLine }) {
  const { api } = usePanel();
  return (
    <li class="talk-line" classList={{ removed: props.line.isRemoved }}>
      <span>
        <Moment atMs={props.line.timeMs} />{" "}
        <Show when={props.line.name !== ""} fallback={<b>The server</b>}>
          <b>{props.line.name}</b> (<AccountLink account={props.line.account} />)
        </Show>
        <Show when={props.line.to !== ""}> to {props.line.to}</Show>: <q>{props.line.text}</q>
      </span>
      <Show when={!props.line.isRemoved} fallback={<span class="dim">removed</span>}>
        <DeedButton action="chat.remove" deed={() => removeLine(api, props.line)}>
          Remove…
        </DeedButton>
      </Show>
    </li>
  );
}

function SlowChannels() {
  const { api } = usePanel();
  const asked = createAsked(() => api.slowChannels, { everyMs: RULES_EVERY_MS });
  return (
    <Section title="Slow mode" about="How long each speaker waits from one line to the next, where many shout.">
      <Told asked={asked}>
        {(channels) => (
          <Table label="Slow mode" heads={["Channel", "Between two lines", ""]}>
            <For each={channels()}>{(channel) => <SlowRow channel={channel} />}</For>
          </Table>
        )}
      </Told>
    </Section>
  );
}

function SlowRow(props: { channel: SlowChannel }) {
  const { api } = usePanel();
  return (
    <tr>
      <th scope="row">{props.channel.id}</th>
      <td>{props.channel.seconds > 0 ? `${count(props.channel.seconds)} s` : "not slowed"}</td>
      <td>
        <DeedButton action="chat.slow" deed={() => slowChannel(api, props.channel)}>
          Slow down…
        </DeedButton>{" "}
        <Show when={props.channel.seconds > 0}>
          <DeedButton action="chat.slow" deed={() => endSlow(api, props.channel)}>
            Let go…
          </DeedButton>
        </Show>
      </td>
    </tr>
  );
}

function Filter() {
  const { api } = usePanel();
  const [start, setStart] = createSignal("");
  const asked = createAsked(() => api.filter, { everyMs: RULES_EVERY_MS });
  const found = (words: readonly string[]) => words.filter((word) => word.startsWith(start().trim().toLowerCase()));
  return (
    <Section
      title="Word filter"
      about="These words are read as stars, whoever says them."
      tools={
        <DeedButton action="chat.words" deed={() => addWords(api)}>
          Add words…
        </DeedButton>
      }
    >
      <Told asked={asked}>
        {(filter) => (
          <>
            <TextField
              id="filter-start"
              label="Beginning with"
              value={start()}
              charactersMax={WORD_CHARACTERS_MAX}
              hint={`${count(found(filter().words).length)} of ${count(filter().words.length)} words; ${WORDS_SHOWN_MAX} are shown at most`}
              write={setStart}
            />
            <ul class="filter-words">
              <For each={found(filter().words).slice(0, WORDS_SHOWN_MAX)}>
                {(word) => (
                  <li>
                    <span class="mono">{word}</span>
                    <DeedButton action="chat.words" deed={() => takeOutWord(api, word)}>
                      Take out…
                    </DeedButton>
                  </li>
                )}
              </For>
            </ul>
          </>
        )}
      </Told>
    </Section>
  );
}
