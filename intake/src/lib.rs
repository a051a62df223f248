//! Files in, typed rows and rejects out, for the fifteen datasets of DATA.md.
//!
//! [`read()`] takes one CSV, NDJSON or Parquet file and hands its rows, one by one and in the order of the file, to a
//! [`RowVisitor`]. Every value arrives checked against the bounds of DATA.md and with its own type; a row that breaks
//! one arrives as a [`Reject`]. Facts in Parquet, which are most of what there is, can be taken as columns instead
//! ([`FactColumns`]). Memory does not grow with the file, whatever is sent (see [`Limits`]).
//!
//! Left to the caller: whether an id is known, what a key overwrites, whether one reject refuses the batch, where rows
//! are stored, and how long a file may take (a visitor ends the reading with [`Stop`]). Nothing is logged here, for
//! values may be personal data.

mod columns;
mod csv;
mod dataset;
mod decimal;
mod error;
mod field;
mod input;
mod limits;
mod ndjson;
mod parquet;
mod read;
mod reject;
mod row;
mod rule;
mod sink;
mod source;
mod texts;
mod value;

use field::Field;

pub use columns::{Days, FactColumns, FactValues, Flags};
pub use dataset::{Column, Dataset, Shape, UnknownDataset};
pub use error::{Problem, ReadError};
pub use limits::Limits;
pub use read::read;
pub use reject::Reject;
pub use row::{
    AssociationRow, CertificationRow, CustomerRow, ExamRow, FxRateRow, InstanceRow, LocationRow,
    PartnerRow, ProductRow, RevenueRow, Row, SeatChangeRow, SubscriptionRow, SurveyRow, UsageRow,
    WorkloadRow,
};
pub use sink::{RowVisitor, Stop, Summary};
pub use source::{Compression, Format, Source, UnknownEnding, batch_id_of, fault_of_batch_id};
pub use texts::{Texts, short_mark};
pub use value::{Amount, AssociationType, Currency, LicenseType, PersonalId, Rate, Status};
