//! One player: who that is, what staff did before, and what one can do now.

import { createSignal, For, Show } from "solid-js";
import type { Character, Player, Sanction } from "../../api";
import { banPlayer, giveRole, kickPlayer, liftSanction, messagePlayer, mutePlayer, nameOf } from "../../model/deeds";
import { isAtLeast, mayActOn, mayGiveRole, mayLift } from "../../model/rights";
import { count } from "../../model/words";
import { createAsked } from "../asked";
import { useMay, usePanel } from "../context";
import { AccountLink, DeedButton, Facts, Moment, Section, Table, Told } from "../parts";
import { AuditTable } from "./AuditTable";
import { LedgerView } from "./LedgerView";

export function PlayerView(props: { account: string }) {
  const { api, staff } = usePanel();
  const asked = createAsked(() => {
    const { account } = props;
    return () => api.player(account);
  });
  return (
    <Told asked={asked}>
      {(player) => (
        <>
          <Section title={nameOf(player())}>
            <PlayerFacts player={player()} />
            <Show when={!mayActOn(staff, player().role)}>
              <p class="hint">Nobody acts on an account whose role is not below their own.</p>
            </Show>
            <div class="deed-buttons">
              <Show when={mayActOn(staff, player().role)}>
                <PlayerDeeds player={player()} />
              </Show>
              <Show when={mayGiveRole(staff, player())}>
                <DeedButton action="player.role" deed={() => giveRole(api, player())}>
                  Role…
                </DeedButton>
              </Show>
            </div>
          </Section>
          <Characters player={player()} />
          <Sanctions sanctions={player().sanctions} />
          <Section title="What staff did about this account">
            <AuditTable lines={player().log} />
          </Section>
        </>
      )}
    </Told>
  );
}

function PlayerFacts(props: { player: Player }) {
  const mute = () => props.player.mute;
  return (
    <Facts
      facts={[
        ["Account", <span class="mono">{props.player.account}</span>],
        ["Role", `${props.player.role}${props.player.isGuest ? ", guest" : ""}`],
        ["Mail address", props.player.email ?? "not shown to you, or none"],
        ["Since", <Moment atMs={props.player.createdMs} />],
        ["Signed in", `at ${count(props.player.sessions)} devices`],
        [
          "Muted",
          <Show when={mute()} fallback="no">
            {(held) => (
              <>
                until <Moment atMs={held().untilMs} />: {held().reason}
              </>
            )}
          </Show>,
        ],
      ]}
    />
  );
}

function PlayerDeeds(props: { player: Player }) {
  const { api, live, staff } = usePanel();
  const held = () => props.player.sanctions.filter(({ isInForce }) => isInForce);
  const mayUnban = () => held().length > 0 && held().every((sanction) => mayLift(staff, sanction));
  /** By the service's clock, which judges how long a ban is; a little behind it. */
  const now = () => Date.now() + (live.overview === null ? 0 : live.overview.atMs - live.heardMs);
  return (
    <>
      <DeedButton action="player.message" deed={() => messagePlayer(api, props.player)}>
        Message…
      </DeedButton>
      <Show
        when={props.player.mute}
        fallback={
          <DeedButton action="player.mute" deed={() => mutePlayer(api, props.player, now)}>
            Mute…
          </DeedButton>
        }
      >
        <DeedButton action="player.unmute" deed={() => liftSanction(api, props.player, "unmute")}>
          Unmute…
        </DeedButton>
      </Show>
      <DeedButton action="player.kick" deed={() => kickPlayer(api, props.player)}>
        Kick…
      </DeedButton>
      <DeedButton
        action="player.ban"
        deed={() => banPlayer(api, props.player, isAtLeast(staff.role, "operator"), now)}
      >
        Ban…
      </DeedButton>
      <Show when={mayUnban()}>
        <DeedButton action="player.unban" deed={() => liftSanction(api, props.player, "unban")}>
          Unban…
        </DeedButton>
      </Show>
    </>
  );
}

function Characters(props: { player: Player }) {
  const may = useMay();
  const [opened, setOpened] = createSignal<string | null>(null);
  return (
    <Section title="Characters">
      <Show when={props.player.characters.length > 0} fallback={<p class="dim">None.</p>}>
        <Table label="Characters" heads={["Name", "Number", "Now", "Kills", "Deaths", "Score", "Since", ""]}>
          <For each={props.player.characters}>
            {(character) => (
              <CharacterRow
                character={character}
                openLedger={may("inventory.rollback") ? () => setOpened(character.id) : undefined}
              />
            )}
          </For>
        </Table>
      </Show>
      <Show when={opened()} keyed>
        {(character) => <LedgerView player={props.player} character={character} close={() => setOpened(null)} />}
      </Show>
    </Section>
  );
}

function CharacterRow(props: { character: Character; openLedger: (() => void) | undefined }) {
  return (
    <tr>
      <th scope="row">{props.character.name}</th>
      <td class="mono">{props.character.id}</td>
      <td>{props.character.isThere ? "in the battle" : "away"}</td>
      <td>{count(props.character.kills)}</td>
      <td>{count(props.character.deaths)}</td>
      <td>{count(props.character.score)}</td>
      <td>
        <Moment atMs={props.character.createdMs} />
      </td>
      <td>
        <Show when={props.openLedger}>
          {(open) => (
            <button class="button" onClick={() => open()()}>
              Ledger
            </button>
          )}
        </Show>
      </td>
    </tr>
  );
}

function Sanctions(props: { sanctions: readonly Sanction[] }) {
  return (
    <Section title="Bans and suspensions">
      <Show when={props.sanctions.length > 0} fallback={<p class="dim">None.</p>}>
        <Table label="Bans and suspensions" heads={["Kind", "Now", "From", "Until", "Reason", "By"]}>
          <For each={props.sanctions}>
            {(sanction) => (
              <tr>
                <th scope="row">{sanction.kind}</th>
                <td>{sanction.isInForce ? "in force" : "over"}</td>
                <td>
                  <Moment atMs={sanction.fromMs} />
                </td>
                <td>{sanction.untilMs === null ? "for ever" : <Moment atMs={sanction.untilMs} />}</td>
                <td class="wide">{sanction.reason}</td>
                <td class="mono">
                  <AccountLink account={sanction.by} />
                </td>
              </tr>
            )}
          </For>
        </Table>
      </Show>
    </Section>
  );
}
