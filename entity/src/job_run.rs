//! One run of a job: what it was for, how far it came and how it ended.

use sea_orm::entity::prelude::*;

/// Every run that is not under way is in one of the other states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum State {
    #[sea_orm(string_value = "running")]
    Running,
    #[sea_orm(string_value = "succeeded")]
    Succeeded,
    #[sea_orm(string_value = "failed")]
    Failed,
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
    #[sea_orm(string_value = "skipped")]
    Skipped,
    #[sea_orm(string_value = "missed")]
    Missed,
    /// Its process ended without a word.
    #[sea_orm(string_value = "lost")]
    Lost,
}

/// What made a run start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum Trigger {
    #[sea_orm(string_value = "schedule")]
    Schedule,
    #[sea_orm(string_value = "operator")]
    Operator,
}

impl State {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Succeeded => "succeeded",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
            State::Skipped => "skipped",
            State::Missed => "missed",
            State::Lost => "lost",
        }
    }
}

impl Trigger {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Trigger::Schedule => "schedule",
            Trigger::Operator => "operator",
        }
    }
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_run")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The job's name, such as `recompute_snapshot`.
    pub job: String,
    /// The as-of day it is for.
    pub as_of: i32,
    /// The night and the as-of date of a scheduled run, `2026-11-23 2026-11-22`; unique with the job, so that of several
    /// servers one runs it. None where an operator started the run.
    pub slot: Option<String>,
    pub trigger: Trigger,
    pub state: State,
    pub started_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    /// How often the run has been taken up: grows with each take-over, and publishing checks it.
    pub fence: i64,
    /// Until when the runner holds the run, by the database's clock in seconds since 1970.
    pub lease_until: i64,
    /// An operator wants it stopped.
    pub cancel_requested: bool,
    pub fact_rows: Option<i64>,
    pub scorecards: Option<i64>,
    pub peer_bands: Option<i64>,
    /// The snapshot it published.
    pub snapshot: Option<i64>,
    pub error: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
