//! Small parts that all pages are made of.

import { createUniqueId, For, Index, Show, type JSX } from "solid-js";
import type { Problem } from "../../src/account";
import { peak, chartPath } from "../model/history";
import { explained, moment, UNKNOWN, type Explained } from "../model/words";
import type { Asked } from "./asked";
import { useMay, usePanel } from "./context";
import type { Action } from "../model/rights";
import type { Deed } from "../model/deeds";

export function Section(props: { title: string; about?: JSX.Element; tools?: JSX.Element; children: JSX.Element }) {
  const id = createUniqueId();
  return (
    <section class="section" aria-labelledby={id}>
      <header class="section-head">
        <h2 id={id}>{props.title}</h2>
        <div class="section-tools">{props.tools}</div>
      </header>
      <Show when={props.about}>
        <p class="about">{props.about}</p>
      </Show>
      {props.children}
    </section>
  );
}

/** What went wrong, with all that is known of it. */
export function Failure(props: { failure: Explained }) {
  return (
    <div class="failure">
      <strong>{props.failure.title}</strong>
      <For each={props.failure.details}>{(detail) => <p>{detail}</p>}</For>
    </div>
  );
}

/** What was asked, when it is there; and whatever kept it from coming. */
export function Told<Value>(props: { asked: Asked<Value>; children: (value: () => Value) => JSX.Element }) {
  return (
    <>
      <Show when={props.asked.problem()}>
        {(problem) => <Trouble problem={problem()} again={props.asked.again} />}
      </Show>
      <Show when={props.asked.value()} fallback={<Waiting asked={props.asked} />}>
        {(value) => props.children(value as () => Value)}
      </Show>
    </>
  );
}

function Waiting(props: { asked: Asked<unknown> }) {
  return (
    <Show when={props.asked.problem() === null}>
      <p class="dim" role="status">
        Asking the service…
      </p>
    </Show>
  );
}

function Trouble(props: { problem: Problem; again: () => void }) {
  return (
    <div class="trouble" role="alert">
      <Failure failure={explained(props.problem)} />
      <button class="button" onClick={() => props.again()}>
        Ask again
      </button>
    </div>
  );
}

/** Does something, if who is signed in may; nothing is shown to who may not. */
export function DeedButton(props: { action: Action; deed: () => Deed; children: JSX.Element; isOff?: boolean }) {
  const { begin } = usePanel();
  const may = useMay();
  return (
    <Show when={may(props.action)}>
      <button class="button" disabled={props.isOff === true} onClick={() => begin(props.deed())}>
        {props.children}
      </button>
    </Show>
  );
}

/** A line of text to be written, with what there is to say of it. */
export function TextField(props: {
  id: string;
  label: string;
  value: string;
  charactersMax: number;
  hint?: string;
  write: (text: string) => void;
}) {
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <input
        id={props.id}
        value={props.value}
        maxLength={props.charactersMax}
        autocomplete="off"
        onInput={(event) => props.write(event.target.value)}
      />
      <Show when={props.hint}>
        <span class="hint">{props.hint}</span>
      </Show>
    </div>
  );
}

/** The last minutes of a figure. At full height is its limit, or where it has none a little more than it was, and at
 * least `calm`, so that noise does not look like a mountain. */
export function Chart(props: { values: readonly number[]; limit?: number; calm?: number; label: string }) {
  const [width, height] = [180, 28];
  const most = () => peak(props.values);
  const top = () => Math.max(props.limit ?? most() * 1.2, most(), props.calm ?? 0);
  const path = () => chartPath(props.values, top(), width, height);
  return (
    <svg
      class="chart"
      classList={{ over: props.limit !== undefined && most() > props.limit }}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={props.label}
    >
      <path class="chart-line" d={path()} />
    </svg>
  );
}

/** How much of a whole, as a bar beside its words. */
export function Meter(props: { share: number; words: string; isHigh?: boolean }) {
  const width = () => `${Number.isNaN(props.share) ? 0 : Math.min(100, Math.max(0, props.share * 100))}%`;
  return (
    <span class="meter" classList={{ high: props.isHigh === true }}>
      <span class="meter-track">
        <span class="meter-fill" style={{ width: width() }} />
      </span>
      <span class="figure">{props.words}</span>
    </span>
  );
}

export function Moment(props: { atMs: number | null }) {
  const { nowMs } = usePanel();
  const known = () => props.atMs !== null && !Number.isNaN(props.atMs);
  return (
    <Show when={known()} fallback={UNKNOWN}>
      <time title={new Date(props.atMs!).toISOString()}>{moment(props.atMs!, nowMs())}</time>
    </Show>
  );
}

/** Names and what they are, in two columns. */
export function Facts(props: { facts: readonly (readonly [string, JSX.Element])[] }) {
  return (
    <dl class="facts">
      <Index each={props.facts}>
        {(fact) => (
          <>
            <dt>{fact()[0]}</dt>
            <dd>{fact()[1]}</dd>
          </>
        )}
      </Index>
    </dl>
  );
}

/** A table that scrolls sideways within itself where the page is narrow. */
export function Table(props: { label: string; heads: readonly string[]; children: JSX.Element }) {
  return (
    <div class="table-scroll" tabindex="0" role="region" aria-label={props.label}>
      <table>
        <thead>
          <tr>
            <For each={props.heads}>{(head) => <th scope="col">{head}</th>}</For>
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}

/** Words to look for, given when they are sent. */
export function SearchBox(props: {
  label: string;
  hint?: string;
  charactersMax: number;
  search: (words: string) => void;
}) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const words = new FormData(event.target as HTMLFormElement).get("words");
    props.search(String(words ?? "").trim());
  };
  return (
    <form class="search" role="search" onSubmit={submit}>
      <input
        type="search"
        name="words"
        aria-label={props.label}
        placeholder={props.hint}
        autocomplete="off"
        maxLength={props.charactersMax}
      />
      <button class="button primary">Find</button>
    </form>
  );
}

/** Where one is in a list of pages, and how one goes on. */
export function Paging(props: {
  /** What the page shown begins after; null is the first. */
  at: string | null;
  next: string | null;
  go: (at: string | null) => void;
  /** To the first page, and to the next. */
  words: readonly [string, string];
}) {
  return (
    <div class="paging">
      <Show when={props.at !== null}>
        <button class="button" onClick={() => props.go(null)}>
          {props.words[0]}
        </button>
      </Show>
      <Show when={props.next}>
        {(next) => (
          <button class="button" onClick={() => props.go(next())}>
            {props.words[1]}
          </button>
        )}
      </Show>
    </div>
  );
}

/** An account, by its number, on the way to what is known of it. */
export function AccountLink(props: { account: string }) {
  const { go } = usePanel();
  return (
    <button class="link" onClick={() => go("players", props.account)}>
      {props.account}
    </button>
  );
}
