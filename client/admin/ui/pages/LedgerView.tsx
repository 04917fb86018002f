//! What a character has and how that came about, and the way back to a point of it: first what it would do.

import { createEffect, createSignal, For, on, Show } from "solid-js";
import { asProblem, newKey } from "../../../src/account";
import type { LedgerLine, LedgerPage, Player, RollbackPreview } from "../../api";
import { rollBack } from "../../model/deeds";
import { count, explained, signed, type Explained } from "../../model/words";
import { createAsked } from "../asked";
import { usePanel } from "../context";
import { DeedButton, Failure, Moment, Paging, Table, Told } from "../parts";

export function LedgerView(props: { player: Player; character: string; close: () => void }) {
  const panel = usePanel();
  const { api } = panel;
  const [before, setBefore] = createSignal<string | null>(null);
  const [preview, setPreview] = createSignal<RollbackPreview | null>(null);
  const [failure, setFailure] = createSignal<Explained | null>(null);
  const asked = createAsked(() => {
    const page = before();
    return () => api.ledger(props.player.account, props.character, page);
  });
  // What was done since is in no preview.
  createEffect(on(() => panel.deeds.doneCount, () => setPreview(null), { defer: true }));
  let wanted = "";
  const look = async (batch: string) => {
    wanted = batch;
    setFailure(null);
    setPreview(null);
    try {
      const point = { character: props.character, after_batch: batch };
      const told = await api.previewRollback(props.player.account, point);
      if (wanted === batch) setPreview(told);
    } catch (error) {
      if (wanted === batch) setFailure(explained(asProblem(error)));
    }
  };
  return (
    <div class="ledger">
      <header class="section-head">
        <h3>Ledger of character {props.character}, the newest first</h3>
        <button class="button quiet" onClick={() => props.close()}>
          Close
        </button>
      </header>
      <div role="status">
        <Show when={failure()}>{(told) => <Failure failure={told()} />}</Show>
        <Show when={preview()} keyed>
          {(told) => <Preview player={props.player} preview={told} />}
        </Show>
      </div>
      <Told asked={asked}>
        {(page) => (
          <>
            <LedgerTable page={page()} goBackTo={(batch) => void look(batch)} />
            <Paging at={before()} next={page().next} go={setBefore} words={["The newest", "Earlier"]} />
          </>
        )}
      </Told>
    </div>
  );
}

function LedgerTable(props: { page: LedgerPage; goBackTo: (batch: string) => void }) {
  const isFirstOf = (line: LedgerLine, index: number) => props.page.lines[index - 1]?.batch !== line.batch;
  return (
    <Show when={props.page.lines.length > 0} fallback={<p class="dim">Nothing was ever booked.</p>}>
      <Table label="Ledger" heads={["When", "Batch", "Place", "Item", "Change", ""]}>
        <For each={props.page.lines}>
          {(line, index) => (
            <tr>
              <td>
                <Moment atMs={line.atMs} />
              </td>
              <td class="mono">{line.batch}</td>
              <td>{line.place}</td>
              <td>{line.unique === null ? line.item : `${line.item} #${line.unique}`}</td>
              <td>{signed(line.change)}</td>
              <td>
                <Show when={isFirstOf(line, index())}>
                  <button class="button" onClick={() => props.goBackTo(line.batch)}>
                    Back to here?
                  </button>
                </Show>
              </td>
            </tr>
          )}
        </For>
      </Table>
    </Show>
  );
}

function Preview(props: { player: Player; preview: RollbackPreview }) {
  const { api } = usePanel();
  const key = newKey();
  return (
    <div class="preview">
      <h4>Going back to just after batch {props.preview.afterBatch} would change:</h4>
      <Show when={props.preview.items.length > 0} fallback={<p class="dim">Nothing.</p>}>
        <Table label="What the rollback would change" heads={["Item", "Change", "Cannot be changed", "Passed on to others"]}>
          <For each={props.preview.items}>
            {(item) => (
              <tr>
                <th scope="row">{item.unique === null ? item.item : `${item.item} #${item.unique}`}</th>
                <td>{signed(item.change)}</td>
                <td>{item.short === 0 ? "" : `${signed(item.short)}: with others, or once of a kind`}</td>
                <td>{item.passedOn === 0 ? "" : count(item.passedOn)}</td>
              </tr>
            )}
          </For>
        </Table>
        <p class="hint">What others got from the character stays with them, and is not made anew.</p>
        <DeedButton
          action="inventory.rollback"
          deed={() => rollBack(api, props.player, props.preview, key)}
        >
          Roll back…
        </DeedButton>
      </Show>
    </div>
  );
}
