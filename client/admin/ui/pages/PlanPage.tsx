//! What the controller does or would do, and why; here it is told to act or only to say.

import { For, Show } from "solid-js";
import type { PlanRow } from "../../api";
import { approvePlan, setPlanMode } from "../../model/deeds";
import { permille, seconds } from "../../model/words";
import { createAsked } from "../asked";
import { usePanel } from "../context";
import { DeedButton, Section, Told } from "../parts";

const EVERY_MS = 5_000;

export function PlanPage() {
  const { api } = usePanel();
  const asked = createAsked(() => api.plan, { everyMs: EVERY_MS });
  return (
    <Told asked={asked}>
      {(plan) => (
        <>
          <Section
            title={plan().isDryRun ? "The controller only says what it would do" : "The controller acts by itself"}
            tools={
              <DeedButton action="plan.mode" deed={() => setPlanMode(api, !plan().isDryRun)}>
                {plan().isDryRun ? "Let it act…" : "Switch to dry run…"}
              </DeedButton>
            }
          >
            <Show when={plan().isDryRun}>
              <p class="dim">Pods that are drained or leave are emptied all the same.</p>
            </Show>
            <Show when={plan().pinned.length > 0}>
              <p>
                Pinned, and so left as they are unless their pod is emptied:{" "}
                <For each={plan().pinned}>{(region) => <RegionLink region={region} />}</For>
              </p>
            </Show>
            <Show when={plan().blocked.length > 0} fallback={<p class="dim">Nothing keeps it from anything.</p>}>
              <h3>What it would do and may not</h3>
              <ul>
                <For each={plan().blocked}>{(why) => <li>{why}</li>}</For>
              </ul>
            </Show>
          </Section>
          <Section title="Plans, the newest first">
            <ol class="cards">
              <For each={plan().rows} fallback={<li class="dim">It has planned nothing lately.</li>}>
                {(row) => <PlanCard row={row} />}
              </For>
            </ol>
          </Section>
        </>
      )}
    </Told>
  );
}

function RegionLink(props: { region: string }) {
  const { go } = usePanel();
  return (
    <button class="link mono" onClick={() => go("map", props.region)}>
      {props.region}
    </button>
  );
}

function PlanCard(props: { row: PlanRow }) {
  const { api } = usePanel();
  const way = () => (props.row.to === null ? "" : `${props.row.from ?? "?"} → ${props.row.to}`);
  return (
    <li class="card">
      <header class="card-head">
        <b>{props.row.action}</b> <RegionLink region={props.row.region} /> <span>{way()}</span>
        <span class={`state ${props.row.state.replaceAll(" ", "-")}`}>{props.row.state}</span>
        <span class="dim">
          by {props.row.by}, {seconds(props.row.ageS)} ago
        </span>
        <Show when={props.row.gainPermille > 0}>
          <span class="dim">gain {permille(props.row.gainPermille)}</span>
        </Show>
        <Show when={props.row.isOpen}>
          <DeedButton action="plan.approve" deed={() => approvePlan(api, props.row)}>
            Approve…
          </DeedButton>
        </Show>
      </header>
      <ul>
        <For each={props.row.reasons}>{(reason) => <li>{reason}</li>}</For>
      </ul>
    </li>
  );
}
