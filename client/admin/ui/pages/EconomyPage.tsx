//! Whether the books close: what came into the world, where it is, what went out of it.

import { createMemo, For, Show } from "solid-js";
import type { Economy } from "../../api";
import { booksOf, placesOfFlows } from "../../model/books";
import { count, signed } from "../../model/words";
import { createAsked } from "../asked";
import { usePanel } from "../context";
import { Section, Table, Told } from "../parts";

export function EconomyPage() {
  const { api } = usePanel();
  const asked = createAsked(() => api.economy);
  return (
    <Told asked={asked}>
      {(economy) => (
        <>
          <Section
            title={economy().isClosed ? "All books close" : "The books do not close"}
            about="Each thing that is anywhere came from a source: over all places the sum of each item is 0."
            tools={
              <button class="button" disabled={asked.isAsking()} onClick={() => asked.again()}>
                {asked.isAsking() ? "Adding up…" : "Add up again"}
              </button>
            }
          >
            <Faults economy={economy()} />
          </Section>
          <Section title="Where things are">
            <Books economy={economy()} />
          </Section>
        </>
      )}
    </Told>
  );
}

function Faults(props: { economy: Economy }) {
  return (
    <ul class="verdicts">
      <li class={props.economy.unbalanced.length === 0 ? "good" : "bad"}>
        <Show when={props.economy.unbalanced.length > 0} fallback="Every item's sum is 0.">
          Not 0:{" "}
          {props.economy.unbalanced.map(({ item, sum }) => `${item} by ${signed(sum)}`).join(", ")}
        </Show>
      </li>
      <li class={props.economy.overdrawn === 0 ? "good" : "bad"}>
        {count(props.economy.overdrawn)} accounts below zero that are no sources
      </li>
      <li class={props.economy.doubled.length === 0 ? "good" : "bad"}>
        <Show when={props.economy.doubled.length > 0} fallback="No unique thing is in two places.">
          In more than one place: {props.economy.doubled.join(", ")}
        </Show>
      </li>
    </ul>
  );
}

function Books(props: { economy: Economy }) {
  const places = createMemo(() => placesOfFlows(props.economy.flows));
  const books = createMemo(() => booksOf(props.economy.flows));
  return (
    <Show when={books().length > 0} fallback={<p class="dim">Nothing was ever booked.</p>}>
      <Table label="Items by place" heads={["Item", ...places(), "Sum"]}>
        <For each={books()}>
          {(book) => (
            <tr>
              <th scope="row">{book.item}</th>
              <For each={places()}>{(place) => <td>{cell(book.byPlace.get(place))}</td>}</For>
              <td>
                <span class={`state ${book.sum === 0 ? "done" : "failed"}`}>{signed(book.sum)}</span>
              </td>
            </tr>
          )}
        </For>
      </Table>
    </Show>
  );
}

function cell(sum: number | undefined): string {
  return sum === undefined ? "" : signed(sum);
}
