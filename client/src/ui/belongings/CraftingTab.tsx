//! What can be made of what there is.
import { createEffect, createMemo, createSignal, For, on, Show } from "solid-js";
import { countOf, type Ingredient, type Recipe } from "../../belongings";
import type { TabProps } from "./BelongingsWindow";
import { Stepper } from "./ItemDetails";
import { ItemPicture } from "./ItemPicture";
import { purposeOf } from "./item_words";

export function CraftingTab(props: TabProps) {
  const [sought, setSought] = createSignal("");
  const [onlyPossible, setOnlyPossible] = createSignal(false);
  const [chosen, setChosen] = createSignal<Recipe | null>(null);
  let bench!: HTMLDivElement;
  const catalogue = () => props.state.catalogue;
  const matches = createMemo(() =>
    catalogue().recipes.filter(
      (recipe) => isSought(recipe, sought(), props) && (!onlyPossible() || timesOf(recipe, props) > 0),
    ),
  );
  /** The one chosen, while it is in the list. */
  const shown = createMemo(() => {
    const recipe = chosen();
    return recipe && matches().includes(recipe) ? recipe : (matches()[0] ?? null);
  });
  const toBench = () => bench.querySelector<HTMLElement>("button.primary:not(:disabled)")?.focus();
  return (
    <div class="crafting-tab">
      <section class="recipe-side">
        <div class="recipe-filter">
          <input
            type="search"
            placeholder="Find a recipe"
            aria-label="Find a recipe"
            autocomplete="off"
            onInput={(event) => setSought(event.currentTarget.value)}
          />
          <label>
            <input
              type="checkbox"
              onChange={(event) => setOnlyPossible(event.currentTarget.checked)}
            />
            Can be made now
          </label>
        </div>
        <ul class="recipes" aria-label="Recipes">
          <For each={matches()} fallback={<NoMatch sought={sought()} />}>
            {(recipe) => (
              <li>
                <RecipeLine
                  {...props}
                  recipe={recipe}
                  isShown={shown() === recipe}
                  choose={(isKey) => {
                    setChosen(recipe);
                    if (isKey) toBench();
                  }}
                />
              </li>
            )}
          </For>
        </ul>
      </section>
      <div class="bench" ref={bench}>
        <Show when={shown()}>{(recipe) => <Bench {...props} recipe={recipe()} />}</Show>
      </div>
    </div>
  );
}

function isSought(recipe: Recipe, sought: string, { state }: TabProps): boolean {
  const words = [...recipe.gives, ...recipe.needs].map(({ item }) => state.catalogue.title(item));
  return words.some((word) => word.toLowerCase().includes(sought.trim().toLowerCase()));
}

/** Reads the state, so that what shows it follows. */
function timesOf(recipe: Recipe, { state, belongings }: TabProps): number {
  return state.has === null ? 0 : belongings.timesOf(recipe);
}

function NoMatch(props: { sought: string }) {
  return (
    <li class="dim recipe-none">
      {props.sought
        ? "No recipe has that in it."
        : "Nothing can be made of what is in your bag. Take things out of the chest, or trade for them."}
    </li>
  );
}

interface LineProps extends TabProps {
  recipe: Recipe;
  isShown: boolean;
  choose(isKey: boolean): void;
}

function RecipeLine(props: LineProps) {
  const times = () => timesOf(props.recipe, props);
  return (
    <button
      type="button"
      class="recipe"
      classList={{ chosen: props.isShown, possible: times() > 0 }}
      data-recipe={props.recipe.recipe}
      aria-pressed={props.isShown}
      onClick={(event) => props.choose(event.detail === 0)}
    >
      <ItemPicture item={props.recipe.gives[0]?.item ?? ""} />
      <span class="recipe-name">{props.state.catalogue.nameOf(props.recipe)}</span>
      <span class="recipe-times">{times() > 0 ? `${times()} ×` : ""}</span>
    </button>
  );
}

/** One recipe: what it needs, how often, and the doing of it. */
function Bench(props: TabProps & { recipe: Recipe }) {
  const [times, setTimes] = createSignal(1);
  const max = () => timesOf(props.recipe, props);
  createEffect(on(() => props.recipe, () => setTimes(1)));
  createEffect(() => {
    // Never more than there is left.
    if (times() > Math.max(1, max())) setTimes(Math.max(1, max()));
  });
  const given = () => props.recipe.gives[0];
  const title = () => props.state.catalogue.nameOf(props.recipe);
  const count = () => (given()?.count ?? 1) * times();
  return (
    <>
      <header class="bench-head">
        <ItemPicture item={given()?.item ?? ""} />
        <div>
          <h3>{title()}</h3>
          <span class="dim">{purposeOf(given()?.item ?? "", props.state.catalogue)}</span>
        </div>
      </header>
      <ul class="needs" aria-label="Needs">
        <For each={props.recipe.needs}>
          {(need) => <Need {...props} need={need} times={times()} />}
        </For>
      </ul>
      <div class="bench-deeds">
        <Stepper label="How often" value={times()} max={Math.max(1, max())} change={setTimes} />
        <button
          class="button primary"
          id="craft"
          disabled={max() === 0 || props.state.isBusy}
          onClick={() => props.belongings.craft(props.recipe, times())}
        >
          Make {count()}
        </button>
      </div>
      <Show when={max() === 0}>
        <p class="dim bench-lack">
          You lack what is marked. Make it, trade for it, or look into your chest.
        </p>
      </Show>
    </>
  );
}

function Need(props: TabProps & { need: Ingredient; times: number }) {
  const have = () => countOf(props.has.bag, props.need.item);
  const needed = () => props.need.count * props.times;
  return (
    <li class="need" classList={{ lacking: have() < needed() }}>
      <ItemPicture item={props.need.item} />
      <span>{props.state.catalogue.title(props.need.item)}</span>
      <b>
        {have()} / {needed()}
      </b>
    </li>
  );
}
