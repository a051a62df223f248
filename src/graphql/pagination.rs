//! Connections: the four paging arguments in, a page of rows out.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Error, Object, OutputType};
use futures_util::TryFutureExt;
use futures_util::future::BoxFuture;

use super::cursor;
use super::error::{Failure, Nullable};
use super::scalars::Count;
use crate::config::Graphql;
use crate::store::paging::{Page, Rows};

/// What a list without `first` or `last` is priced at: the default page of the default settings.
const PRICED_PAGE: i32 = 50;

/// The paging arguments of a connection, as they were given.
#[derive(Clone, Debug, Default)]
pub(super) struct PageArgs {
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

/// A connection whose `totalCount` is counted when it is asked for.
pub type Counted<Node> = Connection<String, Node, Total, EmptyFields>;

/// The price of a page of nodes: so many times the price of one. Comes before arguments are checked, so that any
/// number must do.
pub(super) fn page_price(first: Option<i32>, last: Option<i32>, node: usize) -> usize {
    let size = first.unwrap_or(0).max(last.unwrap_or(0));
    let size = if first.or(last).is_none() {
        PRICED_PAGE
    } else {
        size
    };
    list_price(usize::try_from(size).unwrap_or(0), node)
}

/// The price of a list of so many nodes.
pub(super) fn list_price(size: usize, node: usize) -> usize {
    size.saturating_mul(node).saturating_add(1)
}

impl PageArgs {
    /// The page that is meant, in the order that cursors must be made for.
    pub(super) fn page(&self, limits: Graphql, order: &str) -> Result<Page, Failure> {
        let (argument, size) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                let message = "first and last exclude each other: ask for one of them";
                return Err(Failure::BadInput(message.to_owned()));
            }
            (first, None) => ("first", first),
            (None, last) => ("last", last),
        };
        let limit = match size {
            None => limits.page_default.min(limits.page_max),
            Some(size) => u32::try_from(size)
                .ok()
                .filter(|size| *size <= limits.page_max)
                .ok_or_else(|| {
                    Failure::BadInput(format!(
                        "{argument} is {size}; it must be 0 to {}",
                        limits.page_max
                    ))
                })?,
        };
        let position = |argument: &str, cursor: &Option<String>| {
            let decode = |cursor| cursor::decode(argument, order, cursor);
            cursor.as_deref().map(decode).transpose()
        };
        Ok(Page {
            limit,
            after: position("after", &self.after)?,
            before: position("before", &self.before)?,
            from_back: self.last.is_some(),
        })
    }
}

/// The connection of a page. `count` runs only where `totalCount` is selected.
pub(super) fn connection<Row, Node: OutputType>(
    rows: Rows<Row>,
    order: &str,
    total: Total,
    node: impl Fn(Row) -> Node,
) -> Counted<Node> {
    let mut connection =
        Connection::with_additional_fields(rows.has_previous, rows.has_next, total);
    let edge = |(position, row)| Edge::new(cursor::encode(order, &position), node(row));
    connection.edges.extend(rows.rows.into_iter().map(edge));
    connection
}

type CountRows = Box<dyn Fn() -> BoxFuture<'static, Result<u64, Failure>> + Send + Sync>;

/// How many rows there are over all pages.
pub struct Total {
    count: CountRows,
}

impl std::fmt::Debug for Total {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Total").finish_non_exhaustive()
    }
}

impl Total {
    pub(super) fn new<Counting, E>(count: impl Fn() -> Counting + Send + Sync + 'static) -> Total
    where
        Counting: Future<Output = Result<u64, E>> + Send + 'static,
        E: Into<Failure> + 'static,
    {
        Total {
            count: Box::new(move || Box::pin(count().map_err(E::into))),
        }
    }
}

/// What every connection has besides its page.
#[Object]
impl Total {
    /// How many there are over all pages. Counted when it is selected; null where that failed.
    async fn total_count(&self, _ctx: &Context<'_>) -> Nullable<Count> {
        let count = (self.count)().await.map(Count::from);
        Some(count.map_err(Error::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::paging::Key;

    const LIMITS: Graphql = Graphql {
        page_max: 200,
        page_default: 50,
        depth_max: 20,
        complexity_max: 100_000,
        timeout_seconds: 20,
        cost_per_minute: 1,
        kept_megabytes: 1,
        kept_rows_megabytes: 1,
    };

    fn page(first: Option<i32>, last: Option<i32>) -> Result<Page, Failure> {
        let args = PageArgs {
            first,
            last,
            ..PageArgs::default()
        };
        args.page(LIMITS, "x")
    }

    #[test]
    fn sizes_have_a_default_and_bounds() {
        assert_eq!(page(None, None).unwrap().limit, 50);
        assert_eq!(page(Some(200), None).unwrap().limit, 200);
        assert_eq!(page(Some(0), None).unwrap().limit, 0);
        assert!(page(None, Some(3)).unwrap().from_back);
        for (first, last) in [
            (Some(201), None),
            (Some(-1), None),
            (None, Some(-1)),
            (Some(1), Some(1)),
        ] {
            assert!(page(first, last).is_err(), "{first:?} {last:?}");
        }
    }

    #[test]
    fn cursors_become_positions() {
        let position = vec![Key::Int(3)];
        let args = PageArgs {
            after: Some(cursor::encode("x", &position)),
            ..PageArgs::default()
        };
        assert_eq!(args.page(LIMITS, "x").unwrap().after, Some(position));
        assert!(args.page(LIMITS, "y").is_err());
    }

    #[test]
    fn prices_saturate() {
        assert_eq!(page_price(None, None, 3), 151);
        assert_eq!(page_price(Some(-1), None, 3), 1);
        assert_eq!(page_price(None, Some(10), 3), 31);
        assert_eq!(page_price(Some(2), Some(10), 3), 31);
        assert_eq!(page_price(Some(i32::MAX), None, usize::MAX), usize::MAX);
    }
}
