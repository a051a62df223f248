//! Which rows whoever asks may read. Made from a principal by `service::identity` alone; every look-up and list of rows
//! that are not for everybody takes it, so that what is hidden is not there.

use std::sync::Arc;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition};

use super::partner::PartnerKey;

/// What can be read of the stores.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rights {
    /// Who the partners are.
    pub(crate) partners: Visible,
    /// The partners' own figures.
    pub(crate) figures: Visible,
    /// Batches and runs.
    pub(crate) operations: bool,
    /// API keys, and what was done with them.
    pub(crate) keys: bool,
}

/// Which partners' rows can be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Visible {
    All,
    /// By their numbers.
    Only(Arc<[PartnerKey]>),
    Nothing,
}

impl Rights {
    /// Who the partners are.
    #[must_use]
    pub fn partners(&self) -> &Visible {
        &self.partners
    }

    /// The partners' own figures.
    #[must_use]
    pub fn figures(&self) -> &Visible {
        &self.figures
    }

    /// Revisions of snapshots that a later one of the same date has taken the place of. What they release by their own
    /// settings may have been taken back since, so that they are for staff.
    #[must_use]
    pub fn superseded(&self) -> bool {
        self.partners == Visible::All
    }

    /// Batches and runs.
    #[must_use]
    pub fn operations(&self) -> bool {
        self.operations
    }

    /// API keys, and what was done with them.
    #[must_use]
    pub fn keys(&self) -> bool {
        self.keys
    }
}

impl Visible {
    /// Whether rows of this partner are.
    #[must_use]
    pub fn contains(&self, partner: PartnerKey) -> bool {
        match self {
            Visible::All => true,
            Visible::Only(partners) => partners.contains(&partner),
            Visible::Nothing => false,
        }
    }

    /// Holds for the rows whose column names a partner that is visible.
    pub(super) fn condition(&self, column: impl ColumnTrait) -> Condition {
        match self {
            Visible::All => Condition::all(),
            Visible::Only(partners) => {
                Condition::all().add(column.is_in(partners.iter().map(|partner| partner.0)))
            }
            Visible::Nothing => nothing(),
        }
    }
}

/// Holds for every row, or for none.
pub(super) fn all_or_nothing(all: bool) -> Condition {
    if all { Condition::all() } else { nothing() }
}

fn nothing() -> Condition {
    Condition::all().add(Expr::value(1).eq(0))
}
