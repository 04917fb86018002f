//! What things there are and what can be made of what, as the service defines them, looked up by name.

import type { Definitions, Ingredient, Item, Recipe, Slot } from "./api";

export const SLOTS: readonly Slot[] = ["head", "chest", "legs", "feet", "hand", "off_hand"];
/** Places of a bag and of a chest, as the service has them: four and six rows of nine. */
export const BAG_PLACES = 36;
export const CHEST_PLACES = 54;
/** How often one wish crafts a recipe. */
export const TIMES_MAX = 64;

export class Catalogue {
  readonly recipes: readonly Recipe[];
  private readonly items: ReadonlyMap<string, Item>;

  constructor({ items, recipes }: Definitions) {
    this.items = new Map(items.map((item) => [item.item, item]));
    this.recipes = [...recipes].sort((a, b) => this.nameOf(a).localeCompare(this.nameOf(b)));
  }

  /** An item that is newer than this page has its name for a title. */
  item(name: string): Item {
    const title = name.replaceAll("_", " ");
    const unknown = { item: name, title, stack: 1, unique: false, slot: null, effect: null, heals: 0 };
    return this.items.get(name) ?? unknown;
  }

  title(name: string): string {
    return this.item(name).title;
  }

  /** Recipes are called what they give. */
  nameOf(recipe: Recipe): string {
    return this.title(recipe.gives[0]?.item ?? recipe.recipe);
  }

  recipe(name: string): Recipe | undefined {
    return this.recipes.find(({ recipe }) => recipe === name);
  }

  /** What is made of an item, by title. */
  usesOf(name: string): string[] {
    const isUsed = ({ needs }: Recipe) => needs.some(({ item }) => item === name);
    return this.recipes.filter(isUsed).map((recipe) => this.nameOf(recipe));
  }

  isCrafted(name: string): boolean {
    return this.recipes.some(({ gives }) => gives.some(({ item }) => item === name));
  }
}

export const CATALOGUE_NONE = new Catalogue({ items: [], recipes: [] });

/** How often a recipe can be made of what there is. */
export function timesOf(recipe: Recipe, count: (item: string) => number): number {
  const times = recipe.needs.map(({ item, count: need }: Ingredient) => Math.floor(count(item) / need));
  return Math.min(TIMES_MAX, ...times);
}
