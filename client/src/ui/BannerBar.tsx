import { createMemo, For, Index, Show } from "solid-js";
import type { Banner } from "../world/state";
import type { PartProps } from "./App";
import { BANNER_LETTERS, bannerName, HOUSE_NAMES } from "./names";

/** Score of both houses with the banners between them. */
export function BannerBar(props: PartProps) {
  const battle = createMemo(() => props.model().battle);
  return (
    <div class="banner-bar" id="battle">
      <HouseScore {...props} house={0} />
      <div class="banners">
        <Index each={battle().banners}>
          {(banner, index) => <BannerMark banner={banner()} index={index} />}
        </Index>
        <div class="round">Round {battle().round}</div>
      </div>
      <HouseScore {...props} house={1} />
    </div>
  );
}

function HouseScore(props: PartProps & { house: number }) {
  const score = createMemo(() => props.model().battle.score[props.house] ?? 0);
  const share = createMemo(() => score() / Math.max(1, props.model().battle.scoreToWin));
  const own = createMemo(() => props.model().own.house === props.house);
  return (
    <div class={`house-score house-${props.house}`} classList={{ own: own() }}>
      <div class="house-line">
        <span class="house-name">{HOUSE_NAMES[props.house]}</span>
        <span class="house-alive">{props.model().battle.aliveCount[props.house] ?? 0} standing</span>
      </div>
      <div class="score-line">
        <b>{score()}</b>
        <div class="score-track">
          <div class="score-fill" style={{ width: `${Math.min(1, share()) * 100}%` }} />
        </div>
      </div>
    </div>
  );
}

const PROGRESS_FULL = 255;

function BannerMark(props: { banner: Banner; index: number }) {
  const taking = createMemo(() => props.banner.taker !== 255 && props.banner.progress > 0);
  return (
    <div
      class={`banner-mark owner-${props.banner.owner}`}
      classList={{ taking: taking() }}
      title={bannerName(props.index)}
    >
      <svg viewBox="0 0 32 40" aria-hidden="true">
        <path class="banner-cloth" d="M4 2h24v30l-12-6-12 6z" />
        <Show when={taking()}>
          <For each={[props.banner.taker]}>
            {(taker) => (
              <rect
                class={`banner-taking taker-${taker}`}
                x="4"
                width="24"
                y={32 - (props.banner.progress / PROGRESS_FULL) * 30}
                height={(props.banner.progress / PROGRESS_FULL) * 30}
                clip-path="url(#banner-clip)"
              />
            )}
          </For>
        </Show>
        <clipPath id="banner-clip">
          <path d="M4 2h24v30l-12-6-12 6z" />
        </clipPath>
        <text x="16" y="20">
          {BANNER_LETTERS[props.index]}
        </text>
      </svg>
    </div>
  );
}
