//! Lines of the audit log.

import { For, Show } from "solid-js";
import type { AuditLine } from "../../api";
import { AccountLink, Moment, Table } from "../parts";

const OUTCOMES = { begun: "begun: look what holds", done: "done", failed: "failed" };

export function AuditTable(props: { lines: readonly AuditLine[] }) {
  return (
    <Show when={props.lines.length > 0} fallback={<p class="dim">Nothing is logged.</p>}>
      <Table label="Audit log" heads={["When", "Who", "Did", "About", "Reason", "Outcome", "Effect", "From"]}>
        <For each={props.lines}>{(line) => <Line line={line} />}</For>
      </Table>
    </Show>
  );
}

function Line(props: { line: AuditLine }) {
  return (
    <tr>
      <td>
        <Moment atMs={props.line.atMs} />
      </td>
      <td>
        <AccountLink account={props.line.actor} />
        <div class="dim">{props.line.role}</div>
      </td>
      <th scope="row">{props.line.action}</th>
      <td class="mono">{props.line.target}</td>
      <td class="wide">{props.line.reason}</td>
      <td>
        <span class={`state ${props.line.outcome}`}>{OUTCOMES[props.line.outcome]}</span>
      </td>
      <td class="wide">{props.line.effect}</td>
      <td class="mono">{props.line.address}</td>
    </tr>
  );
}
