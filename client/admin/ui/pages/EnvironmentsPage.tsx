//! Where VoxelHeim runs, and in which version: what is promoted from one to the next.

import { For, Show } from "solid-js";
import type { Environment } from "../../api";
import { UNKNOWN } from "../../model/words";
import { createAsked } from "../asked";
import { usePanel } from "../context";
import { Section, Table, Told } from "../parts";

const EVERY_MS = 30_000;

export function EnvironmentsPage() {
  const { api } = usePanel();
  const asked = createAsked(() => api.environments, { everyMs: EVERY_MS });
  return (
    <Section title="Environments">
      <Told asked={asked}>
        {(environments) => (
          <Show when={environments().length > 0} fallback={<p class="dim">None is known.</p>}>
            <Table label="Environments" heads={["Environment", "Runs", "Approved", "Promotion", "Before", "Address", "Trouble"]}>
              <For each={environments()}>
                {(environment) => (
                  <tr>
                    <th scope="row">
                      {environment.id}
                      {environment.isHere ? " (this one)" : ""}
                    </th>
                    <td class="mono">{environment.version ?? "does not answer"}</td>
                    <td class="mono">{environment.declared?.revision ?? UNKNOWN}</td>
                    <td class="wide">{promotionOf(environment)}</td>
                    <td class="mono">{environment.declared?.before ?? UNKNOWN}</td>
                    <td class="mono">{environment.url ?? ""}</td>
                    <td class="wide">{environment.trouble ?? ""}</td>
                  </tr>
                )}
              </For>
            </Table>
          </Show>
        )}
      </Told>
    </Section>
  );
}

/** What of the stage before is not here yet, and what would bring it. */
function promotionOf({ id, declared }: Environment): string {
  if (declared === null) return UNKNOWN;
  return declared.next === null ? "nothing awaits" : `${declared.next} awaits: argocd/promote ${id}`;
}
