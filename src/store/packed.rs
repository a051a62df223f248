//! Many small rows as few long texts.
//!
//! A driver hands rows over one by one, which takes far longer than the database takes to find them. Where a run needs
//! hundreds of thousands of rows of a few whole numbers, the database joins some thousands of them to one text.

use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};

use super::StoreError;

/// The numbers of the first column whose rows are joined.
const JOINED: u32 = 4096;

/// The rows of a table, in no particular order.
pub(super) struct Packed {
    table: &'static str,
    texts: Vec<String>,
}

impl Packed {
    /// Reads these columns of all rows. The first is a whole number, and no value holds a space or a comma; only the last
    /// may be null.
    pub(super) async fn load<E: EntityTrait>(
        db: &impl ConnectionTrait,
        table: &'static str,
        columns: &[&'static str],
    ) -> Result<Packed, StoreError> {
        let row = format!("string_agg(concat_ws(' ', {}), ',')", columns.join(", "));
        let first = columns.first().copied().unwrap_or("id");
        let texts = E::find()
            .select_only()
            .expr(Expr::cust(row))
            .group_by(Expr::cust(format!("{first} / {JOINED}")))
            .into_tuple::<String>()
            .all(db)
            .await?;
        Ok(Packed { table, texts })
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let rows = self.texts.iter().flat_map(|text| text.split(','));
        rows.map(|text| Row {
            table: self.table,
            text,
            rest: text.split(' '),
        })
    }
}

/// The columns of one row, in their order.
pub(super) struct Row<'a> {
    table: &'static str,
    text: &'a str,
    rest: std::str::Split<'a, char>,
}

impl<'a> Row<'a> {
    pub(super) fn text(&mut self) -> Result<&'a str, StoreError> {
        self.rest.next().ok_or_else(|| self.corrupt())
    }

    pub(super) fn number(&mut self) -> Result<i32, StoreError> {
        self.text()?.parse().map_err(|_| self.corrupt())
    }

    /// The last column, where it is not null.
    pub(super) fn last(&mut self) -> Result<Option<i32>, StoreError> {
        let number = self.rest.next().map(str::parse).transpose();
        number.map_err(|_| self.corrupt())
    }

    pub(super) fn corrupt(&self) -> StoreError {
        StoreError::Corrupt(format!("the {} {}", self.table, self.text))
    }
}
