//! Who is connected now, to whatever edge, by name; and who is to go.

import { batch, createSignal, For, Show } from "solid-js";
import type { Session } from "../../api";
import { kickSession } from "../../model/deeds";
import { hashOf } from "../../model/pages";
import { seconds } from "../../model/words";
import { createAsked } from "../asked";
import { usePanel } from "../context";
import { DeedButton, Paging, SearchBox, Section, Table, Told } from "../parts";

const EVERY_MS = 10_000;

export function SessionsPage() {
  const { api } = usePanel();
  const [words, setWords] = createSignal("");
  const [after, setAfter] = createSignal<string | null>(null);
  const asked = createAsked(
    () => {
      const [wanted, page] = [words(), after()];
      return () => api.sessions(wanted, page);
    },
    { everyMs: EVERY_MS },
  );
  const search = (wanted: string) => batch(() => (setAfter(null), setWords(wanted)));
  return (
    <Section title="Who is connected now" about="A name leads to the player. No addresses are shown.">
      <SearchBox label="A part of a name" hint="part of a name" charactersMax={20} search={search} />
      <Told asked={asked}>
        {(page) => (
          <>
            <For each={page().troubles}>{(trouble) => <p class="failure">Not told: {trouble}.</p>}</For>
            <Sessions sessions={page().sessions} />
            <Paging at={after()} next={page().next} go={setAfter} words={["The first", "More"]} />
          </>
        )}
      </Told>
    </Section>
  );
}

function Sessions(props: { sessions: readonly Session[] }) {
  return (
    <Show when={props.sessions.length > 0} fallback={<p role="status">Nobody is.</p>}>
      <Table label="Sessions" heads={["Name", "", "For", "By", "Account", "Edge"]}>
        <For each={props.sessions}>{(session) => <SessionRow session={session} />}</For>
      </Table>
    </Show>
  );
}

function SessionRow(props: { session: Session }) {
  const { api } = usePanel();
  return (
    <tr>
      <th scope="row">
        <Show when={props.session.account} fallback={props.session.name}>
          {(account) => <a href={hashOf("players", account())}>{props.session.name}</a>}
        </Show>
      </th>
      <td>
        <DeedButton action="player.kick" deed={() => kickSession(api, props.session)}>
          Kick…
        </DeedButton>
      </td>
      <td>{seconds(props.session.connectedS)}</td>
      <td>{props.session.transport}</td>
      <td class="mono">{props.session.account ?? "none"}</td>
      <td>{props.session.edge}</td>
    </tr>
  );
}
