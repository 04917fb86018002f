//! The map itself: a button for each region, walked by arrow keys.

import { createMemo, For, Show } from "solid-js";
import type { Overview, Region } from "../../api";
import { TICK_US_MAX } from "../../model/attention";
import { heat, measured, ownerIndex, placesOf, placeToward, type Measure, type Place, type Way } from "../../model/world_map";
import { bytesPerSecond, count, micros } from "../../model/words";

export interface WorldMapProps {
  overview: Overview;
  measure: Measure;
  chosen: string | null;
  choose: (id: string) => void;
}

/** Ends of the scales in a calm world, so that little does not look like much. */
const CALM: Record<Measure, number> = {
  "tick share": 10_000,
  "tick p99": 0,
  egress: 1_000_000,
  bodies: 500,
  owner: 0,
};

const WAYS: Record<string, Way> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

export function WorldMap(props: WorldMapProps) {
  const places = createMemo(() => placesOf(props.overview.regions));
  const ids = createMemo(() => places().map(({ id }) => id));
  const placeById = createMemo(() => new Map(places().map((place) => [place.id, place])));
  const regionById = createMemo(() => new Map(props.overview.regions.map((region) => [region.id, region])));
  /** The end of the scale: what one may at most, or else the most that there is. */
  const most = createMemo(() => {
    const values = props.overview.regions.map((it) => measured(it, props.measure, props.overview));
    const known = values.filter((value) => !Number.isNaN(value));
    return props.measure === "tick p99" ? TICK_US_MAX : Math.max(CALM[props.measure], ...known);
  });
  let map!: HTMLDivElement;
  const walk = (event: KeyboardEvent) => {
    const way = WAYS[event.key];
    const from = (event.target as HTMLElement).dataset["region"];
    if (way === undefined || from === undefined) return;
    event.preventDefault();
    const next = placeToward(places(), from, way);
    if (next !== null) map.querySelector<HTMLElement>(`[data-region="${CSS.escape(next)}"]`)?.focus();
  };
  /** One of them is in the order of Tab; arrows reach the others. */
  const entrance = () => props.chosen ?? ids()[0];
  return (
    <>
      <Scale measure={props.measure} most={most()} />
      <div class="map" ref={map} role="group" aria-label="Map of the world" onKeyDown={walk}>
        <For each={ids()}>
          {(id) => (
            <Square
              {...props}
              region={regionById().get(id)!}
              place={placeById().get(id)!}
              most={most()}
              isEntrance={entrance() === id}
            />
          )}
        </For>
      </div>
    </>
  );
}

interface SquareProps extends WorldMapProps {
  region: Region;
  place: Place;
  most: number;
  isEntrance: boolean;
}

function Square(props: SquareProps) {
  const value = () => measured(props.region, props.measure, props.overview);
  const degree = () => heat(value(), props.most);
  const percent = (part: number) => `${(part * 100).toFixed(3)}%`;
  const words = () => `${props.region.owner}, ${figureOf(props.region, props.measure, props.overview)}`;
  return (
    <button
      class="square"
      classList={{
        chosen: props.chosen === props.region.id,
        pinned: props.region.isPinned,
        owner: props.measure === "owner",
        unknown: props.measure !== "owner" && Number.isNaN(degree()),
      }}
      style={{
        left: percent(props.place.left),
        top: percent(props.place.top),
        width: percent(props.place.width),
        height: percent(props.place.height),
        "--heat": Number.isNaN(degree()) ? "0%" : `${(degree() * 100).toFixed(1)}%`,
        "--owner": String(ownerIndex(props.region.owner, props.overview)),
      }}
      data-region={props.region.id}
      tabindex={props.isEntrance ? 0 : -1}
      aria-pressed={props.chosen === props.region.id}
      aria-label={`Region ${props.region.id}, of ${words()}${props.region.isPinned ? ", pinned" : ""}`}
      title={`${props.region.id}: ${words()}`}
      onClick={() => props.choose(props.region.id)}
    >
      <span class="square-owner">{props.region.owner}</span>
      <span class="square-figure">{figureOf(props.region, props.measure, props.overview)}</span>
      <Show when={props.measure !== "bodies" && props.measure !== "owner"}>
        <span class="square-more">{count(props.region.bodies)} bodies</span>
      </Show>
    </button>
  );
}

function Scale(props: { measure: Measure; most: number }) {
  return (
    <Show when={props.measure !== "owner"} fallback={<p class="scale dim">Each shard has a colour of its own.</p>}>
      <div class="scale">
        <span>0</span>
        <span class="scale-bar" />
        <span>{figure(props.most, props.measure)}</span>
        <Show when={props.measure === "tick p99"}>
          <span class="dim">of the shard, and all that a tick may take</span>
        </Show>
      </div>
    </Show>
  );
}

function figureOf(region: Region, measure: Measure, overview: Overview): string {
  if (measure === "owner") return `${count(region.bodies)} bodies`;
  return figure(measured(region, measure, overview), measure);
}

function figure(value: number, measure: Measure): string {
  if (measure === "egress") return bytesPerSecond(value);
  return measure === "bodies" || measure === "owner" ? `${count(value)} bodies` : micros(value);
}
