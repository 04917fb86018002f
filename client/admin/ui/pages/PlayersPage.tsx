//! Finds players, and shows one of them.

import { createSignal, For, Show } from "solid-js";
import type { PlayerFound } from "../../api";
import { hashOf } from "../../model/pages";
import { createAsked } from "../asked";
import { usePanel } from "../context";
import { SearchBox, Section, Table, Told } from "../parts";
import { PlayerView } from "./PlayerView";

export function PlayersPage() {
  const { item } = usePanel();
  const [words, setWords] = createSignal("");
  return (
    <>
      <Section
        title="Find a player"
        about="By the start of a name, by an account's or a character's number, or by a mail address."
      >
        <SearchBox label="Name, number or mail address" charactersMax={100} search={setWords} />
        <Show when={words() !== ""}>
          <Found words={words()} />
        </Show>
      </Section>
      <Show when={item() !== ""}>
        <PlayerView account={item()} />
      </Show>
    </>
  );
}

function Found(props: { words: string }) {
  const { api } = usePanel();
  const asked = createAsked(() => {
    const { words } = props;
    return () => api.findPlayers(words);
  });
  return (
    <Told asked={asked}>
      {(found) => (
        <Show when={found().players.length > 0} fallback={<p role="status">Nobody is found by that.</p>}>
          <Table label="Players found" heads={["Name", "Account", "Now"]}>
            <For each={found().players}>{(player) => <FoundRow player={player} />}</For>
          </Table>
          <Show when={found().isCut}>
            <p class="hint">There are more: give more of the name.</p>
          </Show>
        </Show>
      )}
    </Told>
  );
}

function FoundRow(props: { player: PlayerFound }) {
  return (
    <tr>
      <th scope="row">
        <a href={hashOf("players", props.player.account)}>{props.player.name ?? "no character"}</a>
      </th>
      <td class="mono">{props.player.account}</td>
      <td>{props.player.isThere ? "in the battle" : "away"}</td>
    </tr>
  );
}
