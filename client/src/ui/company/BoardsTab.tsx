//! Leaderboards: of what, since when, and whose neighbours.
import { For, Show } from "solid-js";
import { BOARDS, type Board, type BoardChoice, type Period } from "../../company";
import type { TabProps } from "./CompanyWindow";
import { Portrait } from "./Portrait";

const BOARD_NAMES: Record<Board, string> = { score: "Score", kills: "Kills", level: "Level" };
/** What the numbers of a board are. */
const VALUE_NAMES: Record<Board, string> = { score: "Score", kills: "Kills", level: "Experience" };
const PERIODS: readonly [Period, string][] = [
  ["week", "This week"],
  ["all", "All time"],
];
const SIGHTS: readonly [boolean, string][] = [
  [false, "The best"],
  [true, "Around me"],
];

export function BoardsTab(props: TabProps) {
  const choice = () => props.state.board;
  const show = (part: Partial<BoardChoice>) => {
    const { board, period, isAround } = choice();
    props.company.showBoard({ board, period, isAround, ...part });
  };
  return (
    <div class="company-tab boards-tab">
      <div class="board-choices">
        <Choice
          name="Of what"
          options={BOARDS.map((board) => [board, BOARD_NAMES[board]] as const)}
          chosen={choice().board}
          choose={(board) => show({ board })}
        />
        <Choice
          name="Since when"
          options={PERIODS}
          chosen={choice().period}
          choose={(period) => show({ period })}
        />
        <Choice
          name="Whose"
          options={SIGHTS}
          chosen={choice().isAround}
          choose={(isAround) => show({ isAround })}
        />
      </div>
      <Ranks {...props} />
    </div>
  );
}

interface ChoiceProps<Option> {
  name: string;
  options: readonly (readonly [Option, string])[];
  chosen: Option;
  choose(option: Option): void;
}

function Choice<Option extends string | boolean>(props: ChoiceProps<Option>) {
  return (
    <div class="segmented" role="radiogroup" aria-label={props.name}>
      <For each={props.options}>
        {([option, label]) => (
          <button
            type="button"
            role="radio"
            aria-checked={props.chosen === option}
            class="segment"
            classList={{ chosen: props.chosen === option }}
            onClick={() => props.choose(option)}
          >
            {label}
          </button>
        )}
      </For>
    </div>
  );
}

function Ranks(props: TabProps) {
  return (
    <Show when={props.state.board.ranks} fallback={<p class="dim">Looking…</p>}>
      {(ranks) => (
        <Show when={ranks().length > 0} fallback={<p class="dim">{emptyWords(props)}</p>}>
          <table class="ranks">
            <thead>
              <tr>
                <th>Rank</th>
                <th>Name</th>
                <th>{VALUE_NAMES[props.state.board.board]}</th>
              </tr>
            </thead>
            <tbody>
              <For each={ranks()}>
                {(it) => (
                  <tr classList={{ own: it.character === props.known.profile.character }}>
                    <td>{it.rank ?? "—"}</td>
                    <td>
                      <span class="rank-name">
                        <Portrait look={it.appearance} house={it.house} />
                        {it.name}
                      </span>
                    </td>
                    <td>{it.value.toLocaleString("en")}</td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </Show>
      )}
    </Show>
  );
}

function emptyWords({ state }: TabProps): string {
  return state.board.isAround
    ? "You are not on this board yet: fight, hold a banner, dig."
    : "Nobody is on this board yet.";
}
