//! Many rows in one statement.

use sqlx::{AnyConnection, AssertSqlSafe, any::Any, any::AnyArguments, any::AnyRow, query::Query};

use crate::limits::STATEMENT_ROWS_MAX;
use backends::sql::SqlError;

/// Binds a row's values.
pub type Bind<T> = for<'q> fn(Query<'q, Any, AnyArguments>, &T) -> Query<'q, Any, AnyArguments>;

/// A statement that inserts rows of so many columns: what is before and after `VALUES (…), (…)`.
pub struct Insert<T> {
    pub head: &'static str,
    pub columns: usize,
    pub tail: &'static str,
    pub bind: Bind<T>,
}

impl<T> Insert<T> {
    /// Inserts all rows; how many were.
    pub async fn run(&self, connection: &mut AnyConnection, rows: &[T]) -> Result<u64, SqlError> {
        let mut count = 0;
        for rows in rows.chunks(STATEMENT_ROWS_MAX) {
            let text = self.text(rows.len());
            let result = self.query(&text, rows).execute(&mut *connection).await?;
            count += result.rows_affected();
        }
        Ok(count)
    }

    /// Inserts all rows; what they return.
    pub async fn fetch(
        &self,
        connection: &mut AnyConnection,
        rows: &[T],
    ) -> Result<Vec<AnyRow>, SqlError> {
        let mut found = Vec::with_capacity(rows.len());
        for rows in rows.chunks(STATEMENT_ROWS_MAX) {
            let text = self.text(rows.len());
            found.extend(self.query(&text, rows).fetch_all(&mut *connection).await?);
        }
        Ok(found)
    }

    fn query<'q>(&self, text: &str, rows: &[T]) -> Query<'q, Any, AnyArguments> {
        // Only whole statements come again and again.
        let is_kept = rows.len() == STATEMENT_ROWS_MAX;
        let query = sqlx::query(AssertSqlSafe(text.to_owned())).persistent(is_kept);
        rows.iter().fold(query, self.bind)
    }

    /// Made of constants and numbers alone.
    fn text(&self, row_count: usize) -> String {
        let mut text = format!("{} VALUES ", self.head);
        for row in 0..row_count {
            for column in 0..self.columns {
                let open = match (row, column) {
                    (0, 0) => "(",
                    (_, 0) => "), (",
                    _ => ", ",
                };
                let number = row * self.columns + column + 1;
                text += &format!("{open}${number}");
            }
        }
        text + ") " + self.tail
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_through() {
        let insert = Insert::<i64> {
            head: "INSERT INTO t (a, b)",
            columns: 2,
            tail: "RETURNING a",
            bind: |query, it| query.bind(*it).bind(*it),
        };
        let one = "INSERT INTO t (a, b) VALUES ($1, $2) RETURNING a";
        assert_eq!(insert.text(1), one);
        let two = "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) RETURNING a";
        assert_eq!(insert.text(2), two);
    }
}
