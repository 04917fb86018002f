//! Definitions from TOML. All that is wrong is told at once, each with where it stands.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

use crate::{
    domain::{Definitions, Effect, Item, ItemDefinition, LootEntry, LootTable, Recipe, Slot},
    limits::{
        EFFECT_MAX, ITEMS_MAX, LOOT_DRAWS_MAX, LOOT_TABLES_MAX, LOOT_WEIGHT_MAX, MOVE_COUNT_MAX,
        NAME_BYTES_MAX, RECIPE_LOTS_MAX, RECIPES_MAX, STACK_MAX,
    },
};

/// What is wrong with a file of definitions, one line each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DefinitionFaults(pub Vec<String>);

impl fmt::Display for DefinitionFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for DefinitionFaults {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    items: BTreeMap<String, RawItem>,
    #[serde(default)]
    start: BTreeMap<String, u32>,
    #[serde(default)]
    recipes: BTreeMap<String, RawRecipe>,
    #[serde(default)]
    loot: BTreeMap<String, RawLoot>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    title: String,
    #[serde(default = "one")]
    stack: u32,
    #[serde(default)]
    unique: bool,
    slot: Option<String>,
    effect: Option<Effect>,
    #[serde(default)]
    heals: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRecipe {
    needs: BTreeMap<String, u32>,
    gives: BTreeMap<String, u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLoot {
    #[serde(default = "one")]
    draws: u32,
    #[serde(default)]
    nothing: u32,
    entries: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    item: String,
    weight: u32,
    #[serde(default = "one")]
    min: u32,
    max: Option<u32>,
}

const fn one() -> u32 {
    1
}

impl Definitions {
    /// # Errors
    /// All faults, if there are any.
    pub fn parse(text: &str) -> Result<Self, DefinitionFaults> {
        let file: File = toml::from_str(text)
            .map_err(|error| DefinitionFaults(vec![error.to_string().trim().to_owned()]))?;
        let mut faults = Faults::default();
        faults.sizes(&file);
        let items = faults.items(&file.items);
        let start = faults.start(&file.start, &items);
        let recipes = faults.recipes(&file.recipes, &items);
        let loot_tables = faults.loot(&file.loot, &items);
        faults.cycles(&recipes);
        match faults.0.is_empty() {
            true => Ok(Self {
                items,
                start,
                recipes,
                loot_tables,
            }),
            false => Err(DefinitionFaults(faults.0)),
        }
    }
}

type Items = BTreeMap<Item, ItemDefinition>;

#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn require(&mut self, holds: bool, place: &str, what: &str) {
        if !holds {
            self.0.push(format!("{place}: {what}"));
        }
    }

    fn sizes(&mut self, file: &File) {
        for (count, count_max, what) in [
            (file.items.len(), ITEMS_MAX, "items"),
            (file.recipes.len(), RECIPES_MAX, "recipes"),
            (file.loot.len(), LOOT_TABLES_MAX, "loot"),
        ] {
            let told = format!("there are {count}, {count_max} at most");
            self.require(count <= count_max, what, &told);
        }
    }

    fn name(&mut self, place: &str, name: &str) {
        let is_sound = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_';
        let holds = (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_sound);
        let told = "a name is 1 to 40 small letters, digits and _";
        self.require(holds, place, told);
    }

    fn items(&mut self, raw: &BTreeMap<String, RawItem>) -> Items {
        let items = raw.iter().map(|(name, it)| {
            let place = format!("items.{name}");
            self.name(&place, name);
            let is_title = (1..=NAME_BYTES_MAX).contains(&it.title.trim().len())
                && !it.title.chars().any(char::is_control);
            self.require(is_title, &place, "a title is 1 to 40 bytes of text");
            let is_stack = (1..=STACK_MAX).contains(&it.stack);
            self.require(is_stack, &place, "a stack is 1 to 999");
            let is_single = !it.unique || it.stack == 1;
            self.require(is_single, &place, "a unique item does not stack");
            let slot = it.slot.as_ref().map(|slot| slot.parse::<Slot>());
            self.require(slot != Some(Err(())), &place, "there is no such slot");
            let is_worn_alone = slot.is_none() || it.stack == 1;
            self.require(is_worn_alone, &place, "what is worn does not stack");
            let is_worn = it.effect.is_none() || slot.is_some();
            self.require(is_worn, &place, "only what is worn has an effect");
            let amounts = 1..=EFFECT_MAX;
            let is_effect = it.effect.is_none_or(|it| amounts.contains(&it.parts().1));
            self.require(is_effect, &place, "an effect is 1 to 999");
            let is_food = it.heals == 0 || (!it.unique && slot.is_none());
            self.require(is_food, &place, "what is unique or worn is no food");
            let is_healing = it.heals <= EFFECT_MAX;
            self.require(is_healing, &place, "food heals 999 points at most");
            let definition = ItemDefinition {
                title: it.title.clone(),
                stack_max: it.stack,
                is_unique: it.unique,
                slot: slot.and_then(Result::ok),
                effect: it.effect,
                heals: it.heals,
            };
            (Item::new(name), definition)
        });
        items.collect()
    }

    fn start(&mut self, raw: &BTreeMap<String, u32>, items: &Items) -> BTreeMap<Item, u32> {
        match raw.is_empty() {
            true => BTreeMap::new(),
            false => self.lots("start", raw, items),
        }
    }

    fn recipes(
        &mut self,
        raw: &BTreeMap<String, RawRecipe>,
        items: &Items,
    ) -> BTreeMap<String, Recipe> {
        let recipes = raw.iter().map(|(name, it)| {
            let place = format!("recipes.{name}");
            self.name(&place, name);
            let needs = self.lots(&format!("{place}.needs"), &it.needs, items);
            let gives = self.lots(&format!("{place}.gives"), &it.gives, items);
            let needs_unique = needs
                .keys()
                .any(|item| items.get(item).is_some_and(|it| it.is_unique));
            let told = "a recipe cannot use up a unique item: which one would be open";
            self.require(!needs_unique, &place, told);
            (name.clone(), Recipe { needs, gives })
        });
        recipes.collect()
    }

    fn lots(
        &mut self,
        place: &str,
        raw: &BTreeMap<String, u32>,
        items: &Items,
    ) -> BTreeMap<Item, u32> {
        let is_sized = (1..=RECIPE_LOTS_MAX).contains(&raw.len());
        self.require(is_sized, place, "1 to 9 items");
        for (name, count) in raw {
            let told = format!("there is no item {name:?}");
            self.require(items.contains_key(name.as_str()), place, &told);
            let told = format!("a count of {name} is 1 to 999");
            self.require((1..=STACK_MAX).contains(count), place, &told);
        }
        raw.iter()
            .map(|(name, count)| (Item::new(name), *count))
            .collect()
    }

    fn loot(
        &mut self,
        raw: &BTreeMap<String, RawLoot>,
        items: &Items,
    ) -> BTreeMap<String, LootTable> {
        let tables = raw.iter().map(|(name, it)| {
            let place = format!("loot.{name}");
            self.name(&place, name);
            let is_drawn = (1..=LOOT_DRAWS_MAX).contains(&it.draws);
            self.require(is_drawn, &place, "draws are 1 to 16");
            self.require(!it.entries.is_empty(), &place, "nothing to be found");
            let weights = it.entries.iter().map(|entry| u64::from(entry.weight));
            let sum = weights.sum::<u64>() + u64::from(it.nothing);
            let told = "weights add up to 1,000,000 at most";
            self.require(sum <= u64::from(LOOT_WEIGHT_MAX), &place, told);
            let entries = it.entries.iter().map(|it| self.entry(&place, it, items));
            let table = LootTable {
                draws: it.draws,
                nothing_weight: it.nothing,
                entries: entries.collect(),
            };
            (name.clone(), table)
        });
        tables.collect()
    }

    fn entry(&mut self, place: &str, raw: &RawEntry, items: &Items) -> LootEntry {
        let name = &raw.item;
        let place = format!("{place}.{name}");
        let count_max = raw.max.unwrap_or(raw.min);
        let definition = items.get(name.as_str());
        self.require(definition.is_some(), &place, "there is no such item");
        self.require(raw.weight > 0, &place, "a weight is above zero");
        let is_range = raw.min >= 1 && raw.min <= count_max && count_max <= MOVE_COUNT_MAX;
        self.require(is_range, &place, "counts are from min, 1 or more, to max");
        let is_stack = definition.is_none_or(|it| !it.is_unique);
        self.require(is_stack, &place, "a unique item is not found, but made");
        LootEntry {
            item: Item::new(name),
            weight: raw.weight,
            count_min: raw.min,
            count_max,
        }
    }

    /// A thing that is made of itself could be made of nothing, one count at a time.
    fn cycles(&mut self, recipes: &BTreeMap<String, Recipe>) {
        let mut made_of = BTreeMap::<&Item, Vec<&Item>>::new();
        for recipe in recipes.values() {
            for item in recipe.gives.keys() {
                made_of.entry(item).or_default().extend(recipe.needs.keys());
            }
        }
        let mut walk = Walk {
            made_of: &made_of,
            is_done: BTreeMap::new(),
            path: Vec::new(),
        };
        for item in made_of.keys() {
            if let Some(cycle) = walk.cycle(item) {
                let names: Vec<_> = cycle.iter().map(|item| item.name()).collect();
                let names = names.join(" of ");
                self.0
                    .push(format!("recipes: a thing is made of itself: {names}"));
                return;
            }
        }
    }
}

/// Depth first through what things are made of.
struct Walk<'a> {
    made_of: &'a BTreeMap<&'a Item, Vec<&'a Item>>,
    /// False while it is on the path.
    is_done: BTreeMap<&'a Item, bool>,
    path: Vec<&'a Item>,
}

impl<'a> Walk<'a> {
    fn cycle(&mut self, item: &'a Item) -> Option<Vec<&'a Item>> {
        match self.is_done.get(item) {
            Some(true) => return None,
            Some(false) => {
                let from = self.path.iter().position(|it| *it == item);
                let mut cycle =
                    self.path[from.expect("what is not done is on the path")..].to_vec();
                cycle.push(item);
                return Some(cycle);
            }
            None => {}
        }
        self.is_done.insert(item, false);
        self.path.push(item);
        for needed in self.made_of.get(item).into_iter().flatten() {
            if let Some(cycle) = self.cycle(needed) {
                return Some(cycle);
            }
        }
        self.path.pop();
        self.is_done.insert(item, true);
        None
    }
}
