//! The guild: founding one, or the one that the player is in.
import { createMemo, Show } from "solid-js";
import { deeds } from "../../company";
import type { TabProps } from "./CompanyWindow";
import { Invitations } from "./Invitations";
import { OwnGuild } from "./OwnGuild";

const NAME_CHARS_MAX = 24;
const TAG_CHARS_MAX = 5;

export function GuildTab(props: TabProps) {
  const guild = createMemo(() => props.known.guild);
  return (
    <div class="company-tab">
      <Show
        when={guild()}
        fallback={
          <>
            <Invitations {...props} to="guild" />
            <Founding {...props} />
          </>
        }
      >
        {(it) => <OwnGuild {...props} guild={it()} />}
      </Show>
    </div>
  );
}

function Founding(props: TabProps) {
  let name!: HTMLInputElement;
  let tag!: HTMLInputElement;
  const found = (event: Event) => {
    event.preventDefault();
    const empty = [name, tag].find((field) => field.value.trim() === "");
    if (empty) return empty.focus();
    void props.act(deeds.found(name.value.trim(), tag.value.trim()));
  };
  return (
    <section>
      <h3>Found a guild</h3>
      <p class="dim">
        A guild is for longer than an evening: up to 200, with ranks, a message of the day and a channel of
        their own. Or be invited to one.
      </p>
      <form class="name-form founding" onSubmit={found}>
        <input
          ref={name}
          id="guild-name"
          maxLength={NAME_CHARS_MAX}
          autocomplete="off"
          aria-label="Name of the guild"
          placeholder="Name of the guild"
        />
        <input
          ref={tag}
          id="guild-tag"
          maxLength={TAG_CHARS_MAX}
          autocomplete="off"
          aria-label="Two to five letters for short"
          placeholder="Letters"
        />
        <button class="button primary" type="submit" disabled={props.state.isBusy}>
          Found
        </button>
      </form>
    </section>
  );
}
