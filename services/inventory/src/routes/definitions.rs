//! What things there are, for pages to show. What may be found stays a secret.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::Json;

use crate::{
    Inventory,
    domain::{Item, ItemDefinition, Recipe},
};

#[derive(Serialize, ToSchema)]
pub struct DefinitionsAnswer {
    items: Vec<ItemAnswer>,
    recipes: Vec<RecipeAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct ItemAnswer {
    item: String,
    title: String,
    /// How many lie on one place of a bag.
    stack: u32,
    unique: bool,
    /// Where it is worn, if anywhere.
    slot: Option<&'static str>,
    /// What it does in the battle, worn.
    effect: Option<EffectAnswer>,
    /// Points of health that who eats or drinks it has back; 0 of what is no food.
    heals: u16,
}

#[derive(Serialize, ToSchema)]
pub struct EffectAnswer {
    /// `armour` and `shield` keep off so many 1/1000 of a blow; `blow` and `arrow` take so many points more.
    kind: &'static str,
    amount: u16,
}

#[derive(Serialize, ToSchema)]
pub struct RecipeAnswer {
    recipe: String,
    needs: Vec<Ingredient>,
    gives: Vec<Ingredient>,
}

#[derive(Serialize, ToSchema)]
pub struct Ingredient {
    item: String,
    count: u32,
}

/// All items and recipes.
#[utoipa::path(get, path = "/definitions", tag = "inventory",
    responses((status = OK, body = DefinitionsAnswer)))]
pub async fn definitions(State(inventory): State<Inventory>) -> Json<DefinitionsAnswer> {
    let definitions = inventory.store.definitions();
    let items = definitions.items.iter();
    let recipes = definitions.recipes.iter();
    Json(DefinitionsAnswer {
        items: items.map(|(item, it)| ItemAnswer::new(item, it)).collect(),
        recipes: recipes
            .map(|(name, it)| RecipeAnswer::new(name, it))
            .collect(),
    })
}

impl ItemAnswer {
    fn new(item: &Item, definition: &ItemDefinition) -> Self {
        Self {
            item: item.to_string(),
            title: definition.title.clone(),
            stack: definition.stack_max,
            unique: definition.is_unique,
            slot: definition.slot.map(|slot| slot.name()),
            effect: definition.effect.map(|effect| {
                let (kind, amount) = effect.parts();
                EffectAnswer { kind, amount }
            }),
            heals: definition.heals,
        }
    }
}

impl RecipeAnswer {
    fn new(name: &str, recipe: &Recipe) -> Self {
        let ingredient = |(item, count): (&Item, &u32)| Ingredient {
            item: item.to_string(),
            count: *count,
        };
        Self {
            recipe: name.to_owned(),
            needs: recipe.needs.iter().map(ingredient).collect(),
            gives: recipe.gives.iter().map(ingredient).collect(),
        }
    }
}
