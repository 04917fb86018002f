//! What characters wear and have eaten, with the revision at which that is so: for whoever tells the battle.

use std::collections::BTreeMap;

use backends::sql::{SqlError, row};
use sqlx::AssertSqlSafe;

use crate::{domain::Item, limits::EQUIPMENT_OWNERS_MAX, store::Store};

/// What a character wears and has eaten.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Equipment {
    /// How often what it has was changed by then: of two answers the greater one is the later.
    pub revision: i64,
    pub items: Vec<Item>,
    /// Points of health that were in all that it ever ate and drank.
    pub eaten: i64,
}

impl Default for Equipment {
    /// Of one whose belongings nobody ever asked for: whatever comes first goes into its bag.
    fn default() -> Self {
        Self {
            revision: 1,
            items: Vec::new(),
            eaten: 0,
        }
    }
}

impl Store {
    /// What these characters wear and have eaten, at most [`EQUIPMENT_OWNERS_MAX`] of them. Of each, all is of
    /// one instant. One whose belongings nobody ever asked for is not among them, and is as [`Equipment::default`].
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn equipment(&self, owners: &[i64]) -> Result<BTreeMap<i64, Equipment>, SqlError> {
        assert!(owners.len() <= EQUIPMENT_OWNERS_MAX, "split by the caller");
        let mut worn = BTreeMap::<i64, Equipment>::new();
        if owners.is_empty() {
            return Ok(worn);
        }
        let text = question(owners.len());
        let query = sqlx::query(AssertSqlSafe(text));
        let query = owners.iter().fold(query, |query, owner| query.bind(owner));
        for found in &query.fetch_all(self.database.pool()).await? {
            let of_one = worn.entry(row::get(found, "owner")?).or_default();
            of_one.revision = row::get(found, "revision")?;
            of_one.eaten = row::get(found, "eaten")?;
            let item: Option<String> = row::get(found, "item")?;
            of_one.items.extend(item.map(Item::from));
        }
        Ok(worn)
    }
}

/// One statement, so that what it answers is of one instant. Made of constants and numbers alone.
fn question(owner_count: usize) -> String {
    let owners: Vec<String> = (1..=owner_count).map(|it| format!("${it}")).collect();
    format!(
        "SELECT c.owner AS owner, c.revision AS revision, c.eaten AS eaten, \
         b.item AS item FROM inventory_characters c LEFT JOIN inventory_balances b \
         ON b.owner = c.owner AND b.balance > 0 AND b.place IN ('equipment.hand', \
         'equipment.off_hand', 'equipment.head', 'equipment.chest', 'equipment.legs', \
         'equipment.feet') WHERE c.owner IN ({}) ORDER BY c.owner, b.place",
        owners.join(", ")
    )
}
