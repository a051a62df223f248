//! Pages of a sorted query, found by the values of the last row seen rather than by counting rows.
//!
//! Rows without a value stand last, whatever the direction. Every order ends with a column that is unique, so that each
//! row has exactly one position.

use std::hash::{Hash, Hasher};

use sea_orm::sea_query::{
    Asterisk, Expr, ExprTrait, NullOrdering, OverStatement, Query, SelectStatement, WindowStatement,
};
use sea_orm::{
    ColumnTrait, Condition, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Value,
};

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    Ascending,
    Descending,
}

/// The value of one column of the order at a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Null,
    Int(i64),
    Float(Float),
    Text(String),
}

/// A number that is the same as another with the same bits, so that what is asked with it can be told apart.
#[derive(Clone, Copy, Debug)]
pub struct Float(pub f64);

impl PartialEq for Float {
    fn eq(&self, other: &Float) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Float {}

impl Hash for Float {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// A row's place in an order: one key for each of its columns.
pub type Position = Vec<Key>;

/// The rows that are asked for: at most `limit` of those strictly between two positions, from the front or the back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    pub limit: u32,
    pub after: Option<Position>,
    pub before: Option<Position>,
    /// The last rows rather than the first; still given in the order's own direction.
    pub from_back: bool,
}

/// Rows of one page, each with its position.
#[derive(Clone, Debug)]
pub struct Rows<Row> {
    pub rows: Vec<(Position, Row)>,
    pub has_previous: bool,
    pub has_next: bool,
}

impl<Row> Default for Rows<Row> {
    fn default() -> Rows<Row> {
        Rows {
            rows: Vec::new(),
            has_previous: false,
            has_next: false,
        }
    }
}

impl<Row> Rows<Row> {
    /// The same page of what is made of each row.
    pub(super) fn try_map<Made, Error>(
        self,
        make: impl Fn(Row) -> Result<Made, Error>,
    ) -> Result<Rows<Made>, Error> {
        let rows = self.rows.into_iter();
        let rows = rows.map(|(position, row)| Ok((position, make(row)?)));
        Ok(Rows {
            rows: rows.collect::<Result<_, Error>>()?,
            has_previous: self.has_previous,
            has_next: self.has_next,
        })
    }
}

/// One column of an order.
#[derive(Clone, Debug)]
pub(super) struct OrderColumn {
    column: Expr,
    direction: Direction,
}

impl OrderColumn {
    pub(super) fn new(column: impl ColumnTrait, direction: Direction) -> OrderColumn {
        OrderColumn {
            column: Expr::col(column.as_column_ref()),
            direction,
        }
    }

    /// The rows strictly beyond a key, away from the front or towards it.
    fn beyond(&self, key: &Key, towards_front: bool) -> Option<Expr> {
        let column = || self.column.clone();
        let Some(value) = value(key) else {
            // Nothing stands after the rows without a value; everything else stands before them.
            return towards_front.then(|| column().is_not_null());
        };
        let greater = (self.direction == Direction::Ascending) != towards_front;
        let beyond = if greater {
            column().gt(value)
        } else {
            column().lt(value)
        };
        Some(if towards_front {
            beyond
        } else {
            beyond.or(column().is_null())
        })
    }

    /// Which way the database sorts for a page, and where it puts rows without a value.
    fn sorted(&self, page: &Page) -> (Order, NullOrdering) {
        let ascending = (self.direction == Direction::Ascending) != page.from_back;
        let direction = if ascending { Order::Asc } else { Order::Desc };
        let nulls = if page.from_back {
            NullOrdering::First
        } else {
            NullOrdering::Last
        };
        (direction, nulls)
    }

    fn same(&self, key: &Key) -> Expr {
        match value(key) {
            Some(value) => self.column.clone().eq(value),
            None => self.column.clone().is_null(),
        }
    }
}

impl From<i64> for Key {
    fn from(key: i64) -> Key {
        Key::Int(key)
    }
}

impl From<String> for Key {
    fn from(key: String) -> Key {
        Key::Text(key)
    }
}

impl<T: Into<Key>> From<Option<T>> for Key {
    fn from(key: Option<T>) -> Key {
        key.map_or(Key::Null, Into::into)
    }
}

/// Sorts a query and cuts it to a page and one row more, which tells whether the page is the last.
pub(super) fn cut<Select>(select: Select, order: &[OrderColumn], page: &Page) -> Select
where
    Select: QueryFilter + QueryOrder + QuerySelect,
{
    let mut select = between(select, order, page);
    for column in order {
        let (direction, nulls) = column.sorted(page);
        select = select.order_by_with_nulls(column.column.clone(), direction, nulls);
    }
    select.limit(u64::from(page.limit) + 1)
}

/// The same of each part of the rows by itself, in one statement. The rows of a part come in its order.
pub(super) fn cut_each<Select>(
    select: Select,
    part: Expr,
    order: &[OrderColumn],
    page: &Page,
) -> SelectStatement
where
    Select: QueryFilter + QueryTrait<QueryStatement = SelectStatement>,
{
    const PLACE: &str = "place";
    let mut window = WindowStatement::new();
    window.add_partition_by(part);
    for column in order {
        let (direction, nulls) = column.sorted(page);
        window.order_by_expr_with_nulls(column.column.clone(), direction, nulls);
    }
    let mut placed = between(select, order, page).into_query();
    placed.expr_window_as(Expr::cust("row_number()"), window, PLACE);
    let mut cut = Query::select();
    cut.column(Asterisk)
        .from_subquery(placed, "placed")
        .and_where(Expr::col(PLACE).lte(i64::from(page.limit) + 1))
        .order_by(PLACE, Order::Asc);
    cut
}

/// The rows between the ends of a page.
fn between<Select: QueryFilter>(select: Select, order: &[OrderColumn], page: &Page) -> Select {
    let mut select = select;
    if let Some(position) = &page.after {
        select = select.filter(beyond(order, position, false));
    }
    if let Some(position) = &page.before {
        select = select.filter(beyond(order, position, true));
    }
    select
}

/// The page that the rows of a [`cut`] query make, or those of one part of a [`cut_each`] query.
pub(super) fn collect<Row>(
    found: Vec<Row>,
    page: &Page,
    position: impl Fn(&Row) -> Position,
) -> Rows<Row> {
    let limit = page.limit as usize;
    let more = found.len() > limit;
    let mut rows: Vec<(Position, Row)> = found
        .into_iter()
        .take(limit)
        .map(|row| (position(&row), row))
        .collect();
    if page.from_back {
        rows.reverse();
    }
    let (has_previous, has_next) = if page.from_back {
        (more, page.before.is_some())
    } else {
        (page.after.is_some(), more)
    };
    Rows {
        rows,
        has_previous,
        has_next,
    }
}

/// The rows beyond a position: equal in the first columns, and beyond it in the one that follows.
fn beyond(order: &[OrderColumn], position: &Position, towards_front: bool) -> Condition {
    let mut any = Condition::any();
    for (at, (column, key)) in order.iter().zip(position).enumerate() {
        let Some(beyond) = column.beyond(key, towards_front) else {
            continue;
        };
        let mut all = Condition::all();
        for (column, key) in order.iter().zip(position).take(at) {
            all = all.add(column.same(key));
        }
        any = any.add(all.add(beyond));
    }
    any
}

fn value(key: &Key) -> Option<Value> {
    match key {
        Key::Null => None,
        Key::Int(value) => Some((*value).into()),
        Key::Float(Float(value)) => Some((*value).into()),
        Key::Text(value) => Some(value.as_str().into()),
    }
}
