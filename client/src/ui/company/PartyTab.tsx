//! The party: of up to eight, for an evening.
import { createMemo, For, Show } from "solid-js";
import { deeds, type Card, type Party } from "../../company";
import type { TabProps } from "./CompanyWindow";
import { invited } from "./invited";
import { Invitations } from "./Invitations";
import { SureButton } from "../windows/SureButton";
import { NameForm, Person } from "./parts";

const MEMBERS_MAX = 8;

export function PartyTab(props: TabProps) {
  const party = createMemo(() => props.known.party);
  const mayInvite = createMemo(() => {
    const it = party();
    return it === null || it.leader === props.known.profile.character;
  });
  return (
    <div class="company-tab">
      <Show when={mayInvite()}>
        <div class="company-forms">
          <NameForm
            id="party-name"
            label="Name of a player"
            submit="Invite"
            disabled={props.state.isBusy}
            act={(name) => invited(props, "party", { name })}
          />
        </div>
      </Show>
      <Show when={party() === null}>
        <Invitations {...props} to="party" />
      </Show>
      <Show
        when={party()}
        fallback={
          <p class="dim">
            You are in no party. Invite somebody to found one: up to eight who hear each other in the
            party's own channel, for an evening.
          </p>
        }
      >
        {(it) => <Members {...props} party={it()} />}
      </Show>
    </div>
  );
}

function Members(props: TabProps & { party: Party }) {
  return (
    <section>
      <h3>
        Your party
        <span class="people-count">{`${props.party.members.length} of ${MEMBERS_MAX}`}</span>
      </h3>
      <ul class="people">
        <For each={props.party.members}>{(it) => <Member {...props} it={it} />}</For>
      </ul>
      <div class="company-way-out">
        <SureButton
          label="Leave the party"
          sure="Really leave"
          disabled={props.state.isBusy}
          act={() => void props.act(deeds.leave("party"))}
        />
      </div>
    </section>
  );
}

function Member(props: TabProps & { party: Party; it: Card }) {
  const own = () => props.known.profile.character;
  const isOwn = () => props.it.character === own();
  const leads = () => props.it.character === props.party.leader;
  return (
    <Person card={props.it} note={leads() ? "♛ leads" : "member"} isOwn={isOwn()}>
      <Show when={props.party.leader === own() && !isOwn()}>
        <SureButton
          label="Make leader"
          sure="Really make leader"
          disabled={props.state.isBusy}
          act={() => void props.act(deeds.handOver("party", props.it))}
        />
        <SureButton
          label="Send away"
          sure="Really send away"
          disabled={props.state.isBusy}
          act={() => void props.act(deeds.kick("party", props.it))}
        />
      </Show>
    </Person>
  );
}
