//! The world as it is told a line a second: the newest, what it was in the last minutes, and how old that is.

import { Fields, LineStream, readOverview, type Clock, type Overview, type StreamState } from "../api";
import { History } from "./history";

export interface LiveState {
  /** Null before the first line. */
  overview: Overview | null;
  stream: StreamState;
  /** When the newest line came, by this page's clock; 0 before the first. */
  heardMs: number;
}

export interface Surroundings extends Clock {
  now(): number;
}

export class LiveWorld {
  readonly history = new History();
  private state: LiveState = { overview: null, stream: { phase: "connecting" }, heardMs: 0 };
  private readonly stream: LineStream;

  constructor(
    open: (signal: AbortSignal) => Promise<Response>,
    private readonly around: Surroundings,
    private readonly tell: (state: LiveState) => void,
  ) {
    this.stream = new LineStream(open, around, {
      line: (line) => this.take(line),
      state: (stream) => this.change({ stream }),
    });
  }

  start(): void {
    this.stream.start();
  }

  end(): void {
    this.stream.end();
  }

  private take(line: unknown): void {
    const fields = Fields.maybe(line);
    if (fields === null) return;
    const overview = readOverview(fields);
    this.history.push(samplesOf(overview));
    this.change({ overview, heardMs: this.around.now() });
  }

  private change(change: Partial<LiveState>): void {
    this.state = { ...this.state, ...change };
    this.tell(this.state);
  }
}

/** Names of series: what it is of, and which figure. */
export const seriesName = {
  regionTick: (id: string) => `region ${id} tick`,
  regionBodies: (id: string) => `region ${id} bodies`,
  shardTick: (id: string) => `shard ${id} tick`,
  shardEgress: (id: string) => `shard ${id} egress`,
  edgeTick: (id: string) => `edge ${id} tick`,
  edgeEgress: (id: string) => `edge ${id} egress`,
  edgeSessions: (id: string) => `edge ${id} sessions`,
};

function samplesOf({ regions, pods, edges }: Overview): Map<string, number> {
  const samples = new Map<string, number>();
  for (const { id, tickUs, bodies } of regions) {
    samples.set(seriesName.regionTick(id), tickUs);
    samples.set(seriesName.regionBodies(id), bodies);
  }
  for (const { id, tickUsP99, egressBytesPerSecond } of pods.flatMap(({ shards }) => shards)) {
    samples.set(seriesName.shardTick(id), tickUsP99);
    samples.set(seriesName.shardEgress(id), egressBytesPerSecond);
  }
  for (const { id, tickUs, egressBytesPerSecond, sessions } of edges) {
    samples.set(seriesName.edgeTick(id), tickUs.p99);
    samples.set(seriesName.edgeEgress(id), egressBytesPerSecond);
    samples.set(seriesName.edgeSessions(id), sessions);
  }
  return samples;
}
