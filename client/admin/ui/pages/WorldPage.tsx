//! Pods with their shards and what their ticks are spent on, and edges.

import { For, Show } from "solid-js";
import type { Edge, Phase, Pod, Shard } from "../../api";
import { TICK_US_MAX } from "../../model/attention";
import { drainPod } from "../../model/deeds";
import { seriesName } from "../../model/live_world";
import { bytes, bytesPerSecond, count, micros, permille, seconds } from "../../model/words";
import { usePanel } from "../context";
import { Chart, DeedButton, Facts, Meter, Section, Table } from "../parts";

/** Bytes a second that are nothing to look at. */
const EGRESS_CALM = 100_000;

export function WorldPage() {
  const { live } = usePanel();
  return (
    <Show when={live.overview} fallback={<p class="dim">Waiting for the first picture of the world…</p>}>
      {(overview) => (
        <>
          <For each={overview().pods} fallback={<p class="dim">No pod is known.</p>}>
            {(pod) => <PodSection pod={pod} />}
          </For>
          <For each={overview().edges} fallback={<p class="dim">No edge answers.</p>}>
            {(edge) => <EdgeSection edge={edge} />}
          </For>
        </>
      )}
    </Show>
  );
}

function PodSection(props: { pod: Pod }) {
  const { api } = usePanel();
  return (
    <Section
      title={`Pod ${props.pod.id}${props.pod.isDraining ? ", draining" : ""}`}
      tools={
        <DeedButton
          action={props.pod.isDraining ? "pod.undrain" : "pod.drain"}
          deed={() => drainPod(api, props.pod)}
        >
          {props.pod.isDraining ? "Stop draining…" : "Drain…"}
        </DeedButton>
      }
    >
      <Table
        label={`Shards of pod ${props.pod.id}`}
        heads={["Shard", "Load", "Tick p50", "Tick p99", "Egress", "Bodies", "Players", "Regions", "Handoffs"]}
      >
        <For each={props.pod.shards}>{(shard) => <ShardRow shard={shard} />}</For>
      </Table>
      <PodPhases shards={props.pod.shards} />
    </Section>
  );
}

function ShardRow(props: { shard: Shard }) {
  const { history, live } = usePanel();
  const values = (name: string) => (live.heardMs, history.of(name));
  const regions = () => {
    const { regions: all, pinned } = props.shard;
    return pinned > 0 ? `${count(all)}, ${count(pinned)} pinned` : count(all);
  };
  return (
    <tr>
      <th scope="row">{props.shard.id}</th>
      <td>
        <Meter
          share={props.shard.loadPermille / 1_000}
          words={permille(props.shard.loadPermille)}
          isHigh={props.shard.loadPermille > 850}
        />
      </td>
      <td>{micros(props.shard.tickUsP50)}</td>
      <td class="with-chart">
        <Chart
          values={values(seriesName.shardTick(props.shard.id))}
          limit={TICK_US_MAX}
          label="Tick p99, three minutes, against 50 ms"
        />
        <span class="figure">{micros(props.shard.tickUsP99)}</span>
      </td>
      <td class="with-chart">
        <Chart
          values={values(seriesName.shardEgress(props.shard.id))}
          calm={EGRESS_CALM}
          label="Egress, three minutes"
        />
        <span class="figure">{bytesPerSecond(props.shard.egressBytesPerSecond)}</span>
      </td>
      <td>{count(props.shard.bodies)}</td>
      <td>{count(props.shard.players)}</td>
      <td>{regions()}</td>
      <td>{count(props.shard.handoffs)}</td>
    </tr>
  );
}

/** Of its shards, one beside the other. */
function PodPhases(props: { shards: readonly Shard[] }) {
  const told = () => props.shards.filter(({ phases }) => phases.length > 0);
  return (
    <Show
      when={told().length > 0}
      fallback={<p class="dim">It does not say what its ticks are spent on: it has just begun, or is of the version before.</p>}
    >
      <div class="phases">
        <For each={told()}>
          {(shard) => (
            <div class="phases-shard">
              <h3>Tick of shard {shard.id}</h3>
              <Phases shard={shard.id} phases={shard.phases} />
            </div>
          )}
        </For>
      </div>
    </Show>
  );
}

/** Of the cell: the rest keeps the bar off the figures. */
const BAR_PERCENT_MAX = 92;

const orZero = (us: number) => (Number.isNaN(us) ? 0 : us);

/** How wide a bar is beside the longest of all. */
const barWidth = (us: number, all: readonly number[]) =>
  `${Math.min(1, orZero(us) / Math.max(1, ...all.map(orZero))) * BAR_PERCENT_MAX}%`;

/** Bars against the slowest phase; the dark part is the median, the light one the p99. */
function Phases(props: { shard: string; phases: readonly Phase[] }) {
  const width = (us: number) => barWidth(us, props.phases.map(({ p99 }) => p99));
  return (
    <Table label={`Phases of the tick of ${props.shard}`} heads={["Phase", "", "p50", "p99", "max"]}>
      <For each={props.phases}>
        {(phase) => (
          <tr>
            <th scope="row">{phase.id}</th>
            <td class="phase-bars">
              <span class="phase-bar p99" style={{ width: width(phase.p99) }} />
              <span class="phase-bar p50" style={{ width: width(phase.p50) }} />
            </td>
            <td>{micros(phase.p50)}</td>
            <td>{micros(phase.p99)}</td>
            <td>{micros(phase.max)}</td>
          </tr>
        )}
      </For>
    </Table>
  );
}

function EdgeSection(props: { edge: Edge }) {
  return (
    <Section title={`Edge ${props.edge.id}`}>
      <div class="edge">
        <EdgeFacts edge={props.edge} />
        <EdgeCharts edge={props.edge} />
        <EdgeParts edge={props.edge} />
      </div>
    </Section>
  );
}

function EdgeFacts(props: { edge: Edge }) {
  const overload = () =>
    props.edge.overloadStep > 0 ? `step ${props.edge.overloadStep}: ${props.edge.overload}` : "none";
  return (
    <Facts
      facts={[
        ["Version", props.edge.version],
        ["Up for", seconds(props.edge.uptimeS)],
        ["Tick", `${count(props.edge.tick)}, at ${props.edge.tickRateHz.toFixed(1)} Hz`],
        ["Sessions", `${count(props.edge.sessions)} of ${count(props.edge.sessionsMax)}`],
        ["Waiting", count(props.edge.sessionsWaiting)],
        ["By thread", props.edge.sessionsByEdge.map(count).join(" · ")],
        ["Fan-out", `${micros(props.edge.fanOutUsMean)} in the mean`],
        ["Overload", overload()],
        ["Drops", `${count(props.edge.drops)} since it started`],
        ["Memory", bytes(props.edge.residentBytes)],
      ]}
    />
  );
}

/** What its threads are busy with, of one that does nothing else. */
function EdgeParts(props: { edge: Edge }) {
  const all = () => props.edge.parts.map(({ usPerSecond }) => usPerSecond);
  return (
    <Show
      when={props.edge.parts.length > 0}
      fallback={<p class="dim">It does not say what its threads are busy with: it has just begun, or is of the version before.</p>}
    >
      <Table label={`Work of ${props.edge.id}`} heads={["Work", "", "Of a thread"]}>
        <For each={props.edge.parts}>
          {({ id, usPerSecond }) => (
            <tr>
              <th scope="row">{id}</th>
              <td class="phase-bars">
                <span class="phase-bar p50" style={{ width: barWidth(usPerSecond, all()) }} />
              </td>
              <td>{permille(usPerSecond / 1_000)}</td>
            </tr>
          )}
        </For>
      </Table>
    </Show>
  );
}

function EdgeCharts(props: { edge: Edge }) {
  const { history, live } = usePanel();
  const values = (name: string) => (live.heardMs, history.of(name));
  return (
    <dl class="charts">
      <dt>Tick p99, against 50 ms</dt>
      <dd>
        <Chart values={values(seriesName.edgeTick(props.edge.id))} limit={TICK_US_MAX} label="Tick p99" />
        <span class="figure">{micros(props.edge.tickUs.p99)}</span>
      </dd>
      <dt>Egress</dt>
      <dd>
        <Chart values={values(seriesName.edgeEgress(props.edge.id))} calm={EGRESS_CALM} label="Egress" />
        <span class="figure">{bytesPerSecond(props.edge.egressBytesPerSecond)}</span>
      </dd>
      <dt>Sessions, against what it takes</dt>
      <dd>
        <Chart
          values={values(seriesName.edgeSessions(props.edge.id))}
          limit={props.edge.sessionsMax}
          label="Sessions"
        />
        <span class="figure">{count(props.edge.sessions)}</span>
      </dd>
    </dl>
  );
}
