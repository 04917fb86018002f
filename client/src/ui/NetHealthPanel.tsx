import { createMemo, createSignal, For, Show } from "solid-js";
import type { NetHealth } from "../world/state";
import type { PartProps } from "./App";
import { overloadSigns } from "./overload_signs";

const TRANSPORT_NAMES = {
  webtransport: "WebTransport",
  websocket: "WebSocket",
  none: "not connected",
} as const;

/**
 * The link and the server's pace: a dot and a round trip, opened to all the figures by a click. What the
 * server does less of is always said.
 */
export function NetHealthPanel(props: PartProps) {
  const [open, setOpen] = createSignal(false);
  const net = createMemo(() => props.model().net);
  return (
    <div class="net" id="net-health">
      <button
        class="net-chip"
        aria-expanded={open()}
        title="Net health"
        onClick={() => setOpen(!open())}
      >
        <span class={`net-dot ${grade(net())}`} />
        <span>
          {Math.round(net().roundTripMs)} ms · {net().serverTickHz.toFixed(0)} Hz
          <span class="net-crowd"> · {props.model().bodiesCount} in sight</span>
        </span>
      </button>
      <ul class="net-signs" role="status">
        <For each={overloadSigns(net().overload)}>
          {(step) => (
            <li data-step={step.name} title={step.words}>
              <span class="net-words">{step.words}</span>
              <span class="net-brief" aria-hidden="true">
                {step.brief}
              </span>
            </li>
          )}
        </For>
      </ul>
      <Show when={open()}>
        <dl class="net-figures">
          <Figure name="Transport" value={TRANSPORT_NAMES[net().transport]} />
          <Figure name="Round trip" value={`${net().roundTripMs.toFixed(0)} ms`} />
          <Figure name="Snapshots" value={`${net().snapshotHz.toFixed(1)} /s`} />
          <Figure name="Received" value={`${(net().bytesPerSecond / 1000).toFixed(1)} kB/s`} />
          <Figure name="Loss" value={`${net().lossPercent.toFixed(1)} %`} />
          <Figure name="View delay" value={`${net().delayMs.toFixed(0)} ms`} />
          <Figure name="Corrections" value={String(net().corrections)} />
          <Figure name="Pushes" value={String(net().pushes)} />
          <Figure name="Server tick" value={`${net().serverTickMs.toFixed(1)} ms`} />
          <Figure name="Server rate" value={`${net().serverTickHz.toFixed(1)} Hz`} />
          <Figure name="Frames" value={`${props.model().framesPerSecond.toFixed(0)} /s`} />
        </dl>
      </Show>
    </div>
  );
}

function Figure(props: { name: string; value: string }) {
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
    </>
  );
}

/** Green while play feels immediate, amber while it is fair, red below that. */
function grade(net: NetHealth): "good" | "fair" | "poor" {
  if (net.overload.ratePermille < 750) return "poor";
  if (net.roundTripMs > 200 || net.lossPercent > 5 || net.serverTickHz < 15) return "poor";
  if (net.overload.steps !== 0) return "fair";
  if (net.roundTripMs > 100 || net.lossPercent > 1 || net.serverTickHz < 19) return "fair";
  return "good";
}
