//! Friends: who is there, who asks, who was asked, and who is kept away.
import { createMemo, For, Show, type JSX } from "solid-js";
import { deeds, type Relation } from "../../company";
import type { TabProps } from "./CompanyWindow";
import { invited } from "./invited";
import { SureButton } from "../windows/SureButton";
import { NameForm, Person, SmallButton } from "./parts";

export function FriendsTab(props: TabProps) {
  const of = (kind: Relation["relation"]) =>
    createMemo(() => props.known.relations.filter(({ relation }) => relation === kind));
  const friends = of("friend");
  const online = createMemo(() => {
    const order = (it: Relation) => (it.place === null ? 1 : 0);
    return [...friends()].sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));
  });
  return (
    <div class="company-tab">
      <div class="company-forms">
        <NameForm
          id="friend-name"
          label="Name of somebody"
          submit="Ask to be friends"
          disabled={props.state.isBusy}
          act={(name) => props.act(deeds.befriend({ name }))}
        />
      </div>
      <People title="They ask you" people={of("asking")()}>
        {(it) => <Asking {...props} it={it} />}
      </People>
      <section>
        <h3>Friends</h3>
        <ul class="people">
          <For
            each={online()}
            fallback={<li class="dim">Nobody yet. Ask somebody by the name on the scoreboard.</li>}
          >
            {(it) => <Friend {...props} it={it} />}
          </For>
        </ul>
      </section>
      <People title="You asked" people={of("asked")()}>
        {(it) => (
          <Person card={it} note="has not answered yet">
            <SmallButton
              label="Withdraw"
              disabled={props.state.isBusy}
              act={() => void props.act(deeds.endRelation(it, `${it.name} is asked no longer.`))}
            />
          </Person>
        )}
      </People>
      <People title="Blocked" people={of("blocked")()}>
        {(it) => (
          <Person card={it} note="is not heard, and can neither ask nor invite you">
            <SmallButton
              label="Unblock"
              disabled={props.state.isBusy}
              act={() => void props.act(deeds.endRelation(it, `${it.name} is blocked no longer.`))}
            />
          </Person>
        )}
      </People>
    </div>
  );
}

type LineProps = TabProps & { it: Relation };

function Asking(props: LineProps) {
  return (
    <Person card={props.it} note="asks to be your friend">
      <button
        class="button primary small"
        disabled={props.state.isBusy}
        onClick={() => void props.act(deeds.acceptFriend(props.it))}
      >
        Accept
      </button>
      <SmallButton
        label="Decline"
        disabled={props.state.isBusy}
        act={() => void props.act(deeds.endRelation(props.it, `You declined ${props.it.name}.`))}
      />
      <Block {...props} />
    </Person>
  );
}

function Friend(props: LineProps) {
  const isThere = () => props.it.place !== null;
  const words = () => `You and ${props.it.name} are friends no longer.`;
  return (
    <Person card={props.it} note={isThere() ? "in the battle" : "not here now"} isThere={isThere()}>
      <Show when={isThere() && !isWithUs(props)}>
        <SmallButton
          label="To my party"
          disabled={props.state.isBusy}
          act={() => void invited(props, "party", props.it)}
        />
      </Show>
      <SureButton
        label="Remove"
        sure="Really remove"
        disabled={props.state.isBusy}
        act={() => void props.act(deeds.endRelation(props.it, words()))}
      />
      <Block {...props} />
    </Person>
  );
}

function isWithUs({ known, it }: LineProps): boolean {
  return known.party?.members.some(({ character }) => character === it.character) ?? false;
}

function Block(props: LineProps) {
  return (
    <SureButton
      label="Block"
      sure="Really block"
      disabled={props.state.isBusy}
      act={() => void props.act(deeds.block(props.it))}
    />
  );
}

/** With a title, if there is anybody. */
function People(props: {
  title: string;
  people: readonly Relation[];
  children: (it: Relation) => JSX.Element;
}) {
  return (
    <Show when={props.people.length > 0}>
      <section>
        <h3>{props.title}</h3>
        <ul class="people">
          <For each={props.people}>{props.children}</For>
        </ul>
      </section>
    </Show>
  );
}
