//! The live map: whose each region is and what it costs, and what one can do about it.

import { createEffect, createMemo, createSignal, For, on, Show } from "solid-js";
import type { Overview, Region } from "../../api";
import { MEASURES, type Measure } from "../../model/world_map";
import { bytesPerSecond, count, micros } from "../../model/words";
import { usePanel } from "../context";
import { Section, Table } from "../parts";
import { RegionCard } from "./RegionCard";
import { WorldMap } from "./WorldMap";

export function MapPage() {
  const { live } = usePanel();
  return (
    <Show when={live.overview} fallback={<p class="dim">Waiting for the first picture of the world…</p>}>
      {(overview) => <MapOf overview={overview()} />}
    </Show>
  );
}

/** As pages.css has it. */
const NARROW = "(max-width: 1100px)";

function MapOf(props: { overview: Overview }) {
  const { item, go } = usePanel();
  const [measure, setMeasure] = createSignal<Measure>("tick share");
  let side!: HTMLDivElement;
  // Where the page is narrow, what was chosen is shown below the map.
  const show = (id: string) => {
    if (id !== "" && matchMedia(NARROW).matches) side.scrollIntoView({ block: "start" });
  };
  createEffect(on(item, show, { defer: true }));
  const chosen = createMemo(() => props.overview.regions.find(({ id }) => id === item()));
  return (
    <div class="map-page">
        <Section
          title="Regions"
          about="From above, north at the top. A strip along a square's upper side is a region higher up."
          tools={<MeasureChoice measure={measure()} choose={setMeasure} />}
        >
          <WorldMap
            overview={props.overview}
            measure={measure()}
            chosen={chosen()?.id ?? null}
            choose={(id) => go("map", id)}
          />
        </Section>
        <div class="map-side" ref={side}>
          <Show when={chosen()} fallback={<NothingChosen isGone={item() !== ""} />}>
            {(region) => <RegionCard region={region()} overview={props.overview} />}
          </Show>
          <RegionTable overview={props.overview} choose={(id) => go("map", id)} />
        </div>
      </div>
  );
}

function NothingChosen(props: { isGone: boolean }) {
  return (
    <p class="dim" role="status">
      <Show when={props.isGone} fallback="Choose a region on the map: click it, or walk there by arrow keys.">
        The region that was chosen is no more: it was split, or merged into another.
      </Show>
    </p>
  );
}

function MeasureChoice(props: { measure: Measure; choose: (measure: Measure) => void }) {
  return (
    <fieldset class="segmented">
      <legend>Colour</legend>
      <For each={MEASURES}>
        {(measure) => (
          <label>
            <input
              type="radio"
              name="measure"
              checked={measure === props.measure}
              onChange={() => props.choose(measure)}
            />
            {measure}
          </label>
        )}
      </For>
    </fieldset>
  );
}

/** As many as one reads; the map has all. */
const ROWS_MAX = 20;

/** The hottest first; it is sorted anew only when asked, so that no row runs from the pointer. */
function RegionTable(props: { overview: Overview; choose: (id: string) => void }) {
  const hottest = () => sorted(props.overview).map(({ id }) => id);
  const [order, setOrder] = createSignal(hottest());
  createEffect(on(() => props.overview.regions.length, () => setOrder(hottest()), { defer: true }));
  const regionById = createMemo(() => new Map(props.overview.regions.map((region) => [region.id, region])));
  const rows = () =>
    order()
      .map((id) => regionById().get(id))
      .filter((region) => region !== undefined)
      .slice(0, ROWS_MAX);
  return (
    <Section
      title="The hottest regions"
      tools={
        <button class="button" onClick={() => setOrder(hottest())}>
          Sort again
        </button>
      }
    >
      <Table
        label="Regions"
        heads={["Region", "Owner", "Bodies", "Tick share", "Egress"]}
      >
        <For each={rows()}>
          {(region) => <RegionRow region={region} choose={props.choose} />}
        </For>
      </Table>
    </Section>
  );
}

function RegionRow(props: { region: Region; choose: (id: string) => void }) {
  return (
    <tr>
      <th scope="row">
        <button class="link mono" onClick={() => props.choose(props.region.id)}>
          {props.region.id}
        </button>
      </th>
      <td>
        {props.region.owner}
        {props.region.isPinned ? ", pinned" : ""}
      </td>
      <td>{count(props.region.bodies)}</td>
      <td>{micros(props.region.tickUs)}</td>
      <td>{bytesPerSecond(props.region.egressBytesPerSecond)}</td>
    </tr>
  );
}

function sorted(overview: Overview): Region[] {
  const cost = ({ tickUs }: Region) => (Number.isNaN(tickUs) ? -1 : tickUs);
  return [...overview.regions].sort((one, other) => cost(other) - cost(one) || other.bodies - one.bodies);
}
