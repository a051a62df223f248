//! Many small rows as few long texts.
//!
//! A driver hands rows over one by one, which takes far longer than the database takes to find them. Where a run needs
//! hundreds of thousands of rows of a few whole numbers, the database joins some thousands of them to one text, and
//! writes two numbers as one: what is left of its work is making digits of numbers.

use std::str::{FromStr, Split};

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};

use super::StoreError;

/// The numbers of the first column whose rows are joined.
const JOINED: i32 = 16 * 1024;

/// Between the rows of a text, and between the parts of a row. No text that is read holds a control character.
const ROWS: char = '\n';
const PARTS: char = '\t';

/// What is read of each row.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// Two columns of whole numbers.
    Pair(&'static str, &'static str),
    Text(&'static str),
    /// A whole number, or null: only at the end.
    Last(&'static str),
}

impl Part {
    fn expression(self) -> String {
        match self {
            Part::Pair(high, low) => format!("CAST({high} * 4294967296 + {low} AS text)"),
            Part::Text(column) => column.to_owned(),
            Part::Last(column) => format!("coalesce(CAST({column} AS text), '')"),
        }
    }
}

/// The rows of a table, in no particular order.
#[derive(Debug, Default)]
pub(super) struct Packed {
    table: &'static str,
    texts: Vec<String>,
}

impl Packed {
    /// Reads these parts of all rows. `first` is the column of whole numbers by which the table is sorted.
    pub(super) async fn load<E: EntityTrait>(
        db: &impl ConnectionTrait,
        table: &'static str,
        first: &'static str,
        parts: &[Part],
    ) -> Result<Packed, StoreError> {
        let parts: Vec<String> = parts.iter().map(|part| part.expression()).collect();
        let parts = parts.join(&format!(" || '{PARTS}' || "));
        let joined = format!("string_agg({parts}, '{ROWS}')");
        let end = |order| {
            let first = Expr::cust(first);
            let ends = E::find().select_only().expr(first.clone());
            ends.order_by(first, order)
                .limit(1)
                .into_tuple::<i32>()
                .one(db)
        };
        let (Some(mut from), Some(last)) = (end(Order::Asc).await?, end(Order::Desc).await?) else {
            return Ok(Packed {
                table,
                texts: Vec::new(),
            });
        };
        let mut texts = Vec::new();
        loop {
            let to = Ord::min(from.saturating_add(JOINED - 1), last);
            // Part by part of the table, since a database would sort all rows to group them.
            let text = E::find()
                .select_only()
                .expr(Expr::cust(joined.clone()))
                .filter(Expr::cust(first).between(from, to))
                .into_tuple::<Option<String>>()
                .one(db)
                .await?;
            texts.extend(text.flatten());
            if to == last {
                return Ok(Packed { table, texts });
            }
            from = to + 1;
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let rows = self.texts.iter().flat_map(|text| text.split(ROWS));
        rows.map(|text| Row {
            table: self.table,
            text,
            rest: text.split(PARTS),
        })
    }
}

/// The parts of one row, in their order.
pub(super) struct Row<'a> {
    table: &'static str,
    text: &'a str,
    rest: Split<'a, char>,
}

impl<'a> Row<'a> {
    pub(super) fn text(&mut self) -> Result<&'a str, StoreError> {
        self.rest.next().ok_or_else(|| self.corrupt())
    }

    pub(super) fn pair(&mut self) -> Result<(i32, i32), StoreError> {
        let both: i64 = self.number()?;
        // Its lowest 32 bits, whatever their sign.
        let low = both as i32;
        let high = i32::try_from((both - i64::from(low)) >> 32).map_err(|_| self.corrupt())?;
        Ok((high, low))
    }

    pub(super) fn last(&mut self) -> Result<Option<i32>, StoreError> {
        match self.rest.clone().next() {
            None | Some("") => Ok(None),
            Some(_) => self.number().map(Some),
        }
    }

    fn number<N: FromStr>(&mut self) -> Result<N, StoreError> {
        self.text()?.parse().map_err(|_| self.corrupt())
    }

    pub(super) fn corrupt(&self) -> StoreError {
        StoreError::Corrupt(format!("the {} {}", self.table, self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_come_back_whatever_their_signs() {
        for (high, low) in [
            (0, 0),
            (1, -1),
            (7, i32::MIN),
            (i32::MAX, i32::MAX),
            (-3, 5),
        ] {
            let both = i64::from(high) * 4_294_967_296 + i64::from(low);
            let text = format!("{both}\tre seller\t-4");
            let mut row = Row {
                table: "association",
                text: &text,
                rest: text.split(PARTS),
            };
            assert_eq!(row.pair().unwrap(), (high, low));
            assert_eq!(row.text().unwrap(), "re seller");
            assert_eq!(row.last().unwrap(), Some(-4));
        }
    }
}
