//! Which way lists are sorted.

use async_graphql::Enum;

use crate::graphql::error::Failure;
use crate::store::paging;

/// Which way a list is sorted. Rows without a value stand last either way.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[graphql(remote = "paging::Direction")]
pub enum Direction {
    /// The smallest first; texts by their bytes.
    #[default]
    #[graphql(name = "ASC")]
    Ascending,
    /// The greatest first.
    #[graphql(name = "DESC")]
    Descending,
}

/// The most parts of one order.
const PARTS_MAX: usize = 8;

/// Refuses an order of more parts than anyone means.
pub(super) fn check_parts(parts: usize) -> Result<(), Failure> {
    if parts > PARTS_MAX {
        return Err(Failure::BadInput(format!(
            "orderBy has {parts} parts; at most {PARTS_MAX} are read"
        )));
    }
    Ok(())
}
