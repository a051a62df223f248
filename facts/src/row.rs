//! The rows of facts, as they are pushed and as files hold them.
//!
//! Each is declared once: its struct, its columns, their writing and their reading come from that declaration and so
//! cannot disagree. Ids are those of the manifest's database, hashes are the caller's.

use arrow::array::ArrayRef;
use kernel::Day;

use crate::block::Block;
use crate::code::{LicenseType, Status};
use crate::column::{
    Column, Count, Currency, Customer, Date, DayMask, Flag, Hash, Id, Kind, License, Money, Score,
    SubscriptionStatus, User,
};
use crate::dataset::Dataset;
use crate::error::Error;

/// A row that has columns of its own.
pub(crate) trait Record: Copy + Send + Sync + 'static {
    fn columns() -> Vec<Column>;
    /// One array for each of [`Record::columns`].
    fn arrays<'a>(rows: impl Iterator<Item = &'a Self> + Clone) -> Vec<ArrayRef>;
    /// All rows of a block that was decoded with all columns.
    fn read(block: &Block<'_>) -> Result<Vec<Self>, Error>;
}

macro_rules! record {
    ($(#[$doc:meta])* $visibility:vis struct $name:ident {
        $($(#[$column_doc:meta])* $column:ident: $value:ty = $kind:ident,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $visibility struct $name {
            $($(#[$column_doc])* pub $column: $value,)+
        }

        impl Record for $name {
            fn columns() -> Vec<Column> {
                vec![$($kind::column(stringify!($column)),)+]
            }

            fn arrays<'a>(rows: impl Iterator<Item = &'a Self> + Clone) -> Vec<ArrayRef> {
                vec![$($kind::build(rows.clone().map(|row| row.$column)),)+]
            }

            fn read(block: &Block<'_>) -> Result<Vec<Self>, Error> {
                $(let $column = block.column::<$kind>(stringify!($column))?;)+
                (0..block.len())
                    .map(|at| Ok($name { $($column: $column.get(at)?,)+ }))
                    .collect()
            }
        }
    };
}

record! {
    /// One row of `revenue`.
    pub struct RevenueRow {
        /// A hash of event_id.
        key: u128 = Hash,
        customer: u32 = Customer,
        offering: u32 = Id,
        license_type: LicenseType = License,
        occurred_on: Day = Date,
        amount_ten_thousandths: i128 = Money,
        /// Three ISO 4217 letters.
        currency: [u8; 3] = Currency,
        counts_as_new: bool = Flag,
    }
}

record! {
    /// One row of `seat_changes`.
    pub struct SeatChangeRow {
        /// A hash of event_id.
        key: u128 = Hash,
        customer: u32 = Customer,
        offering: u32 = Id,
        license_type: LicenseType = License,
        occurred_on: Day = Date,
        seats_added: u32 = Count,
        seats_lost: u32 = Count,
        paid: bool = Flag,
    }
}

record! {
    /// One row of `subscriptions`.
    pub struct SubscriptionRow {
        /// A hash of subscription_id.
        subscription: u128 = Hash,
        customer: u32 = Customer,
        offering: u32 = Id,
        status: Status = SubscriptionStatus,
        seats_assigned: u32 = Count,
        observed_on: Day = Date,
    }
}

/// One row of `usage`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageRow {
    pub customer: u32,
    /// A keyed hash of user_id.
    pub user: u64,
    pub offering: u32,
    pub active_on: Day,
}

record! {
    /// The usage of a month, as it is stored.
    pub(crate) struct UsageMonthRow {
        customer: u32 = Customer,
        user: u64 = User,
        offering: u32 = Id,
        /// The first day of the month.
        month: Day = Date,
        days: u32 = DayMask,
    }
}

record! {
    /// One row of `instances`.
    pub struct InstancesRow {
        customer: u32 = Customer,
        offering: u32 = Id,
        production_instances: u32 = Count,
        observed_on: Day = Date,
    }
}

record! {
    /// One row of `surveys`.
    pub struct SurveyRow {
        /// A hash of response_id.
        key: u128 = Hash,
        customer: u32 = Customer,
        offering: u32 = Id,
        responded_on: Day = Date,
        /// 0 to 10.
        score: u8 = Score,
    }
}

record! {
    /// One row of `certifications`.
    pub struct CertificationRow {
        /// A keyed hash of person_id.
        person: u128 = Hash,
        partner: u32 = Id,
        exam: u32 = Id,
        passed_on: Day = Date,
        /// The first day it no longer counts; [`Day::FOREVER`] where there is none.
        expires_on: Day = Date,
    }
}

/// A row of any dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactRow {
    Revenue(RevenueRow),
    SeatChanges(SeatChangeRow),
    Subscriptions(SubscriptionRow),
    Usage(UsageRow),
    Instances(InstancesRow),
    Surveys(SurveyRow),
    Certifications(CertificationRow),
}

impl FactRow {
    #[must_use]
    pub fn dataset(&self) -> Dataset {
        match self {
            FactRow::Revenue(_) => Dataset::Revenue,
            FactRow::SeatChanges(_) => Dataset::SeatChanges,
            FactRow::Subscriptions(_) => Dataset::Subscriptions,
            FactRow::Usage(_) => Dataset::Usage,
            FactRow::Instances(_) => Dataset::Instances,
            FactRow::Surveys(_) => Dataset::Surveys,
            FactRow::Certifications(_) => Dataset::Certifications,
        }
    }
}

/// A row as a file holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredRow {
    /// Its place in the batch as sent, from 0. Usage has none: its rows are all key.
    pub ordinal: Option<u32>,
    pub row: FactRow,
}

macro_rules! from_row {
    ($($variant:ident: $row:ty),+ $(,)?) => {$(
        impl From<$row> for FactRow {
            fn from(row: $row) -> FactRow {
                FactRow::$variant(row)
            }
        }

        impl TryFrom<FactRow> for $row {
            /// The row itself, where it is of another dataset.
            type Error = FactRow;

            fn try_from(row: FactRow) -> Result<$row, FactRow> {
                match row {
                    FactRow::$variant(row) => Ok(row),
                    other => Err(other),
                }
            }
        }
    )+};
}

from_row! {
    Revenue: RevenueRow,
    SeatChanges: SeatChangeRow,
    Subscriptions: SubscriptionRow,
    Usage: UsageRow,
    Instances: InstancesRow,
    Surveys: SurveyRow,
    Certifications: CertificationRow,
}
