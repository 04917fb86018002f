//! Who wants the player in a party or a guild.
import { createMemo, For, Show } from "solid-js";
import { deeds } from "../../company";
import type { TabProps } from "./CompanyWindow";
import { Person, SmallButton } from "./parts";

export function Invitations(props: TabProps & { to: "party" | "guild" }) {
  const open = createMemo(() => props.known.invitations.filter(({ kind }) => kind === props.to));
  return (
    <Show when={open().length > 0}>
      <section>
        <h3>You are invited</h3>
        <ul class="people">
          <For each={open()}>
            {(it) => (
              <Person card={it.by} note={`invites you to their ${it.kind}`}>
                <button
                  class="button primary small"
                  disabled={props.state.isBusy}
                  onClick={() => void props.act(deeds.join(it))}
                >
                  Join
                </button>
                <SmallButton
                  label="Decline"
                  disabled={props.state.isBusy}
                  act={() => void props.act(deeds.decline(it))}
                />
              </Person>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
