//! What services keep things in, and whether each answers.

import { For, Show } from "solid-js";
import { micros } from "../../model/words";
import { usePanel } from "../context";
import { Section, Table } from "../parts";

export function BackendsPage() {
  const { live } = usePanel();
  return (
    <Section title="Backends">
      <Show when={live.overview} fallback={<p class="dim">Waiting for the first picture of the world…</p>}>
        {(overview) => (
          <Show when={overview().backends.length > 0} fallback={<p class="dim">None is known.</p>}>
            <Table label="Backends" heads={["Backend", "Health", "Answer in", "Trouble"]}>
              <For each={overview().backends}>
                {(backend) => (
                  <tr>
                    <th scope="row">{backend.id}</th>
                    <td>
                      <span class={`state ${backend.isWell ? "done" : "failed"}`}>
                        {backend.isWell ? "well" : "not well"}
                      </span>
                    </td>
                    <td>{micros(backend.answerUs)}</td>
                    <td class="wide">{backend.trouble ?? ""}</td>
                  </tr>
                )}
              </For>
            </Table>
          </Show>
        )}
      </Show>
    </Section>
  );
}
