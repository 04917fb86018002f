//! Where VoxelHeim runs, and in which version: what is promoted from one to the next.

import { For, Show } from "solid-js";
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
            <Table label="Environments" heads={["Environment", "Version", "Address", "Trouble"]}>
              <For each={environments()}>
                {(environment) => (
                  <tr>
                    <th scope="row">
                      {environment.id}
                      {environment.isHere ? " (this one)" : ""}
                    </th>
                    <td class="mono">{environment.version ?? "does not answer"}</td>
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
