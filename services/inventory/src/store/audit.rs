//! Whether the books close: the check that runs live. And where all there is has come from and is.

use backends::sql::{SqlError, row};

use crate::{
    domain::{Item, Place},
    limits::{AUDIT_ITEMS_MAX, FLOWS_MAX},
    store::{Store, balances::place_of},
};

/// What a check found. Nothing, unless something is broken.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Audit {
    /// Items whose balances do not add up to zero, and what they add up to.
    pub unbalanced: Vec<(Item, i64)>,
    /// Accounts below zero that are no sources.
    pub overdrawn_count: i64,
    /// Unique things in more than one place.
    pub doubled: Vec<i64>,
}

impl Audit {
    pub fn is_closed(&self) -> bool {
        *self == Self::default()
    }
}

impl Store {
    /// What is in all places of each kind together, by place and item.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn flows(&self) -> Result<Vec<(Place, Item, i64)>, SqlError> {
        let rows = sqlx::query(
            "SELECT place, item, CAST(SUM(balance) AS BIGINT) AS total FROM inventory_balances \
             GROUP BY place, item HAVING SUM(balance) <> 0 ORDER BY place, item LIMIT $1",
        )
        .bind(FLOWS_MAX)
        .fetch_all(self.database.pool())
        .await?;
        let flows = rows.iter().map(|it| {
            let item: String = row::get(it, "item")?;
            Ok((place_of(it)?, Item::from(item), row::get(it, "total")?))
        });
        flows.collect()
    }

    /// Checks all books at one instant each, while they are written. These ask all
    /// nodes, for operators; no request waits for them.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn audit(&self) -> Result<Audit, SqlError> {
        let pool = self.database.pool();
        let sums = sqlx::query(
            "SELECT item, CAST(SUM(balance) AS BIGINT) AS total FROM inventory_balances \
             GROUP BY item HAVING SUM(balance) <> 0 ORDER BY item LIMIT $1",
        )
        .bind(AUDIT_ITEMS_MAX)
        .fetch_all(pool)
        .await?;
        let unbalanced = sums.iter().map(|it| {
            let item: String = row::get(it, "item")?;
            Ok((Item::from(item), row::get(it, "total")?))
        });
        let overdrawn_count = sqlx::query_scalar(
            "SELECT COUNT(*) FROM inventory_balances \
             WHERE balance < 0 AND place NOT LIKE 'source.%'",
        )
        .fetch_one(pool)
        .await?;
        let doubled = sqlx::query_scalar(
            "SELECT unique_id FROM inventory_balances WHERE unique_id <> 0 AND balance <> 0 \
             GROUP BY unique_id HAVING SUM(balance) > 1 LIMIT $1",
        )
        .bind(AUDIT_ITEMS_MAX)
        .fetch_all(pool)
        .await?;
        Ok(Audit {
            unbalanced: unbalanced.collect::<Result<_, SqlError>>()?,
            overdrawn_count,
            doubled,
        })
    }
}
