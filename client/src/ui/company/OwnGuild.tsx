//! The guild that the player is in: its message, its members, and what a rank may do.
import { createMemo, createSignal, For, Match, Show, Switch } from "solid-js";
import { deeds, RANKS, type Guild, type GuildMember, type Rank } from "../../company";
import type { TabProps } from "./CompanyWindow";
import { invited } from "./invited";
import { SureButton } from "../windows/SureButton";
import { NameForm, Person, SmallButton } from "./parts";

const MESSAGE_CHARS_MAX = 300;

type GuildProps = TabProps & { guild: Guild };

export function OwnGuild(props: GuildProps) {
  const own = createMemo(() => ownRank(props));
  const members = createMemo(() => {
    const order = ({ rank }: GuildMember) => -height(rank);
    const all = [...props.guild.members];
    return all.sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));
  });
  return (
    <>
      <header class="guild-head">
        <h2>{props.guild.name}</h2>
        <b class="guild-tag">{props.guild.tag}</b>
        <span class="people-count">{`${props.guild.members_count} members`}</span>
      </header>
      <Message {...props} mayChange={height(own()) >= height("officer")} />
      <Show when={height(own()) >= height("member")}>
        <div class="company-forms">
          <NameForm
            id="guild-invite"
            label="Name of a player"
            submit="Invite"
            disabled={props.state.isBusy}
            act={(name) => invited(props, "guild", { name })}
          />
        </div>
      </Show>
      <ul class="people">
        <For each={members()}>{(it) => <Member {...props} own={own()} it={it} />}</For>
      </ul>
      <WayOut {...props} own={own()} />
    </>
  );
}

function Message(props: GuildProps & { mayChange: boolean }) {
  const [isWriting, setWriting] = createSignal(false);
  let field!: HTMLInputElement;
  const save = async (event: Event) => {
    event.preventDefault();
    if (await props.act(deeds.setMessage(field.value.trim()))) setWriting(false);
  };
  const write = () => {
    setWriting(true);
    field.focus();
  };
  return (
    <Show
      when={isWriting()}
      fallback={
        <p class="guild-message">
          <span>{props.guild.message || "No message of the day."}</span>
          <Show when={props.mayChange}>
            <button class="link" onClick={write}>
              {props.guild.message ? "Change" : "Write one"}
            </button>
          </Show>
        </p>
      }
    >
      <form class="name-form" onSubmit={(event) => void save(event)}>
        <input
          ref={field}
          id="guild-message"
          maxLength={MESSAGE_CHARS_MAX}
          autocomplete="off"
          aria-label="Message of the day"
          value={props.guild.message}
        />
        <button class="button primary" type="submit" disabled={props.state.isBusy}>
          Set
        </button>
        <SmallButton label="Not now" disabled={false} act={() => setWriting(false)} />
      </form>
    </Show>
  );
}

function Member(props: GuildProps & { own: Rank; it: GuildMember }) {
  const isOwn = () => props.it.character === props.known.profile.character;
  const isBelow = () => height(props.own) >= height("officer") && height(props.it.rank) < height(props.own);
  /** To which rank one may raise or lower them. */
  const to = (by: number) => {
    const rank = RANKS[height(props.it.rank) + by];
    return rank !== undefined && height(rank) < height(props.own) ? rank : null;
  };
  return (
    <Person card={props.it} note={props.it.rank} isOwn={isOwn()}>
      <Show when={!isOwn() && isBelow()}>
        <For each={[1, -1]}>
          {(by) => (
            <Show when={to(by)}>
              {(rank) => (
                <SmallButton
                  label={`Make ${rank()}`}
                  disabled={props.state.isBusy}
                  act={() => void props.act(deeds.setRank(props.it, rank()))}
                />
              )}
            </Show>
          )}
        </For>
        <Show when={props.own === "leader"}>
          <SureButton
            label="Hand over"
            sure="Really hand over"
            disabled={props.state.isBusy}
            act={() => void props.act(deeds.handOver("guild", props.it))}
          />
        </Show>
        <SureButton
          label="Send away"
          sure="Really send away"
          disabled={props.state.isBusy}
          act={() => void props.act(deeds.kick("guild", props.it))}
        />
      </Show>
    </Person>
  );
}

function WayOut(props: GuildProps & { own: Rank }) {
  return (
    <div class="company-way-out">
      <Switch>
        <Match when={props.own === "leader"}>
          <SureButton
            label="Disband the guild"
            sure={`Really end ${props.guild.name} for all`}
            disabled={props.state.isBusy}
            act={() => void props.act(deeds.disband(props.guild.name))}
          />
        </Match>
        <Match when={props.own !== "leader"}>
          <SureButton
            label="Leave the guild"
            sure="Really leave"
            disabled={props.state.isBusy}
            act={() => void props.act(deeds.leave("guild"))}
          />
        </Match>
      </Switch>
    </div>
  );
}

function ownRank({ guild, known }: GuildProps): Rank {
  const own = guild.members.find(({ character }) => character === known.profile.character);
  return own?.rank ?? "recruit";
}

/** Each rank may do all that those below it may. */
function height(rank: Rank): number {
  return RANKS.indexOf(rank);
}
