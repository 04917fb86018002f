//! One region: what it is, what it was in the last minutes, and what one can do about it.

import { Show } from "solid-js";
import type { Overview, Region } from "../../api";
import { changeRegion, mergeRegion, moveRegion } from "../../model/deeds";
import { parentOf } from "../../model/region_name";
import { seriesName } from "../../model/live_world";
import { shardsOf } from "../../model/world_map";
import { bytesPerSecond, count, micros, millis, permille, seconds } from "../../model/words";
import { useMay, usePanel } from "../context";
import { Chart, DeedButton, Facts, Section } from "../parts";

export function RegionCard(props: { region: Region; overview: Overview }) {
  const { api, go } = usePanel();
  const may = useMay();
  const shard = () => shardsOf(props.overview).find(({ id }) => id === props.region.owner);
  const parent = () => parentOf(props.region.id);
  const targets = () => targetsOf(props.region, props.overview);
  return (
    <Section
      title={`Region ${props.region.id}`}
      tools={
        <button class="button quiet" onClick={() => go("map")}>
          Close
        </button>
      }
    >
      <Facts
        facts={[
          ["Place", `${count(props.region.edgeM)} m at ${props.region.at.map(count).join(", ")}`],
          ["Owner", `shard ${props.region.owner}, epoch ${count(props.region.epoch)}`],
          ["Bodies", `${count(props.region.bodies)}, of them ${count(props.region.players)} players`],
          ["Tick share", micros(props.region.tickUs)],
          ["Shard's p99", micros(shard()?.tickUsP99 ?? NaN)],
          ["Egress", bytesPerSecond(props.region.egressBytesPerSecond)],
          ["Pinned", props.region.isPinned ? "yes: the controller leaves it" : "no"],
          ...movesOf(props.region),
        ]}
      />
      <RegionCharts region={props.region} />
      <div class="deed-buttons">
        <DeedButton
          action="region.move"
          isOff={targets().length === 0}
          deed={() => moveRegion(api, props.region, targets())}
        >
          Move…
        </DeedButton>
        <DeedButton action="region.split" deed={() => changeRegion(api, props.region, "split")}>
          Split…
        </DeedButton>
        <DeedButton
          action="region.merge"
          isOff={parent() === null}
          deed={() => mergeRegion(api, props.region, parent() ?? "")}
        >
          Merge…
        </DeedButton>
        <Show
          when={props.region.isPinned}
          fallback={
            <DeedButton action="region.pin" deed={() => changeRegion(api, props.region, "pin")}>
              Pin…
            </DeedButton>
          }
        >
          <DeedButton action="region.unpin" deed={() => changeRegion(api, props.region, "unpin")}>
            Unpin…
          </DeedButton>
        </Show>
      </div>
      <Show when={may("region.move") && targets().length === 0}>
        <p class="hint">There is no other shard that it could move to.</p>
      </Show>
    </Section>
  );
}

function RegionCharts(props: { region: Region }) {
  const { history, live } = usePanel();
  /** Histories are no signals: each second's picture is. */
  const values = (name: string) => (live.heardMs, history.of(name));
  return (
    <dl class="charts">
      <dt>Tick share, three minutes</dt>
      <dd>
        <Chart values={values(seriesName.regionTick(props.region.id))} calm={2_000} label="Tick share" />
        <span class="figure">{micros(props.region.tickUs)}</span>
      </dd>
      <dt>Bodies, three minutes</dt>
      <dd>
        <Chart values={values(seriesName.regionBodies(props.region.id))} calm={20} label="Bodies" />
        <span class="figure">{count(props.region.bodies)}</span>
      </dd>
    </dl>
  );
}

/** What its last move cost, where it was seen. */
function movesOf({ moved }: Region): [string, string][] {
  if (moved === null) return [];
  const { from, to, ageS, bodies, pauseTicks, pauseMs, lateMs } = moved;
  const late = lateMs > 0 ? `, ${millis(lateMs)} of it late` : ", on time";
  return [
    ["Last move", `${from} → ${to}, ${seconds(ageS)} ago, ${count(bodies)} bodies`],
    ["Its pause", `${count(pauseTicks)} ${pauseTicks === 1 ? "tick" : "ticks"}, ${millis(pauseMs)}${late}`],
  ];
}

/** Other shards, the least busy first; those that are being emptied are none. */
function targetsOf(region: Region, { pods }: Overview) {
  const staying = pods.filter(({ isDraining }) => !isDraining).flatMap(({ shards }) => shards);
  const others = staying.filter(({ id }) => id !== region.owner);
  const byLoad = others.sort((one, other) => one.loadPermille - other.loadPermille);
  return byLoad.map(({ id, loadPermille, tickUsP99 }) => ({
    value: id,
    label: `${id}: ${permille(loadPermille)} of its limits, tick p99 ${micros(tickUsP99)}`,
  }));
}
