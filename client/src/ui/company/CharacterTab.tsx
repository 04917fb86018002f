//! Who the player is: level, experience, and what was done.
import { createMemo, For, Show } from "solid-js";
import type { Profile } from "../../company";
import type { TabProps } from "./CompanyWindow";
import { houseName } from "./houses";
import { Portrait } from "./Portrait";

export function CharacterTab(props: TabProps) {
  const profile = createMemo(() => props.known.profile);
  return (
    <div class="company-tab character-tab">
      <Portrait look={profile().appearance} house={profile().house} />
      <div class="character-words">
        <h2>{profile().name}</h2>
        <p class="dim">
          {houseName(profile().house)}
          <Show when={profile().guild}>
            {(guild) => <> · {`${guild().rank} of ${guild().name}`}</>}
          </Show>
        </p>
        <Experience profile={profile()} />
        <dl class="deeds-done">
          <For each={statistics(profile())}>
            {([name, value]) => (
              <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            )}
          </For>
        </dl>
        <p class="dim">Look, name and house are chosen at the title, by an account.</p>
      </div>
    </div>
  );
}

function Experience(props: { profile: Profile }) {
  const gained = () => props.profile.experience - props.profile.level_experience;
  const wide = () => props.profile.next_level_experience - props.profile.level_experience;
  const isLast = () => wide() <= 0;
  return (
    <div class="experience">
      <b>{`Level ${props.profile.level}`}</b>
      <progress
        aria-label="Experience on the way to the next level"
        max={isLast() ? 1 : wide()}
        value={isLast() ? 1 : gained()}
      />
      <span class="dim">
        {isLast() ? "the highest" : `${number(gained())} of ${number(wide())} experience`}
      </span>
    </div>
  );
}

function statistics(profile: Profile): readonly [string, string][] {
  const { kills, deaths, score, blocks_dug, blocks_placed } = profile;
  return [
    ["Score", number(score)],
    ["Kills", number(kills)],
    ["Deaths", number(deaths)],
    ["Kills a death", (kills / Math.max(1, deaths)).toFixed(1)],
    ["Blocks dug", number(blocks_dug)],
    ["Blocks placed", number(blocks_placed)],
  ];
}

function number(value: number): string {
  return value.toLocaleString("en");
}
