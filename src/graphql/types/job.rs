//! Jobs and their schedule.

use async_graphql::{Context, Object};
use chrono::{DateTime, Utc};

use super::job_run::JobRun;
use crate::clock;
use crate::config::Config;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::reader::reader;
use crate::service::compact::COMPACT_FACTS;
use crate::service::night::next_wake;
use crate::service::recompute::RECOMPUTE_SNAPSHOT;
use crate::store::job_run::{JobRunFilter, list_job_runs};
use crate::store::paging::Page;

/// A job that runs by itself.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    name: &'static str,
    description: &'static str,
}

/// Every job.
pub(in crate::graphql) const JOBS: [Job; 2] = [
    Job {
        name: RECOMPUTE_SNAPSHOT,
        description: "Computes and publishes the snapshot of each due date.",
    },
    Job {
        name: COMPACT_FACTS,
        description: "Merges small files of the fact store, after the night's dates.",
    },
];

/// Something the server does by itself.
#[Object]
impl Job {
    /// The name.
    async fn name(&self) -> &str {
        self.name
    }

    /// What it does.
    async fn description(&self) -> &str {
        self.description
    }

    /// When it starts, as HH:MM in the program's time zone.
    async fn schedule(&self, ctx: &Context<'_>) -> String {
        reader(ctx).config.schedule.at.format("%H:%M").to_string()
    }

    /// Whether it runs by itself; where not, operators start it.
    async fn is_scheduled(&self, ctx: &Context<'_>) -> bool {
        self.runs_by_itself(&reader(ctx).config)
    }

    /// When it starts next; null where it does not run by itself.
    async fn next_run_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        let config = &reader(ctx).config;
        let wake = || next_wake(clock::now(), config.schedule.at, config.program.timezone);
        self.runs_by_itself(config).then(wake).flatten()
    }

    /// The run that started last; null where none has.
    async fn last_run(&self, ctx: &Context<'_>) -> Nullable<JobRun> {
        let filter = JobRunFilter {
            job: Some(self.name.to_owned()),
            states: None,
        };
        let newest = Page {
            limit: 1,
            after: None,
            before: None,
            from_back: false,
        };
        let runs = list_job_runs(&reader(ctx).db, &filter, &newest).await;
        let first = runs.map(|runs| runs.rows.into_iter().next().map(|(_, run)| JobRun(run)));
        nullable(first.map_err(Into::into))
    }
}

impl Job {
    fn runs_by_itself(self, config: &Config) -> bool {
        config.schedule.enabled && (self.name != COMPACT_FACTS || config.compaction.enabled)
    }
}
