//! What explanations of one snapshot stand on: the facts and reference data that it was computed from.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use facts::{Dataset, FileBatches, FileRef, Settled};
use kernel::{Location, Metric, Offering, Partner, Slice, Subject};

use super::key::ExplainOf;
use super::{ExplainError, Explaining};
use crate::app::App;
use crate::config::Program;
use crate::store::inputs::Inputs;
use crate::store::manifest;
use crate::store::partner::PartnerKey;
use crate::store::snapshot::{Snapshot, SnapshotKey};

/// What is read of the database, once for all snapshots whose values are asked about together.
#[derive(Debug)]
pub(super) struct Ground {
    /// Of each snapshot those that it was computed from, if all of them still count.
    files: HashMap<SnapshotKey, Vec<FileRef>>,
    /// The place in the commit order of the last upload of reference data.
    last_reference: i64,
    /// For each of the settings that the snapshots were computed with, which mostly are the same.
    inputs: Vec<(Program, Arc<Inputs>)>,
}

impl Ground {
    pub(super) async fn load(
        app: &App,
        asked: &HashMap<SnapshotKey, Vec<ExplainOf>>,
    ) -> Result<Ground, ExplainError> {
        let pinned = app.db().pin().await?;
        let (live, _) = manifest::live_files(&pinned).await?;
        let mut files = HashMap::new();
        let mut explained: Vec<&ExplainOf> = Vec::new();
        for (key, asked) in asked {
            let found = asked.first().and_then(|of| files_of(&live, &of.snapshot));
            if let Some(found) = found {
                files.insert(*key, found);
                explained.extend(asked);
            }
        }
        if explained.is_empty() {
            return Ok(Ground {
                files,
                last_reference: 0,
                inputs: Vec::new(),
            });
        }
        let reference: Vec<&str> = intake::Dataset::ALL
            .into_iter()
            .filter(|dataset| dataset.is_reference())
            .map(intake::Dataset::name)
            .collect();
        let last_reference = manifest::last_sequence_of(&pinned, &reference).await?;
        let partners = explained.iter().map(|of| of.scorecard.key.partner);
        let mut partners: Vec<PartnerKey> = partners.collect();
        partners.sort_unstable_by_key(|partner| partner.0);
        partners.dedup();
        let mut inputs: Vec<(Program, Arc<Inputs>)> = Vec::new();
        for of in explained {
            let program = &of.snapshot.settings.program;
            if inputs.iter().all(|(other, _)| other != program) {
                let loaded = Inputs::of_partners(&pinned, program, &partners).await?;
                inputs.push((program.clone(), Arc::new(loaded)));
            }
        }
        Ok(Ground {
            files,
            last_reference,
            inputs,
        })
    }
}

/// Everything but the facts themselves.
#[derive(Debug)]
pub(super) struct Basis {
    pub(super) inputs: Arc<Inputs>,
    /// Those of the datasets that the metrics need.
    pub(super) files: Vec<FileRef>,
    pub(super) settled: Settled,
    pub(super) new_customer_gap_days: u32,
    /// Reference data was sent after the snapshot was begun.
    pub(super) has_newer_reference: bool,
}

/// The settled keys that were worked out last, by the files they are of and the batches that counted there.
pub(super) type Kept = HashMap<Vec<(String, FileBatches)>, Settled>;

/// One for the files of each metric, more or less.
const KEPT_MAX: usize = 8;

impl Basis {
    /// None where a batch that the snapshot was computed from no longer counts.
    pub(super) async fn of(
        explaining: &Explaining,
        ground: &Ground,
        snapshot: &Snapshot,
        asked: &[ExplainOf],
    ) -> Result<Option<Basis>, ExplainError> {
        let program = &snapshot.settings.program;
        let inputs = ground.inputs.iter().find(|(other, _)| other == program);
        let (Some((_, inputs)), Some(files)) = (inputs, ground.files.get(&snapshot.key)) else {
            return Ok(None);
        };
        let is_needed = |file: &FileRef| {
            let mut metrics = asked.iter().map(|asked| asked.metric);
            metrics.any(|metric| datasets_of(metric).contains(&file.dataset))
        };
        let files: Vec<FileRef> = files
            .iter()
            .filter(|file| is_needed(file))
            .cloned()
            .collect();
        let settled = explaining.settle(&files).await?;
        Ok(Some(Basis {
            inputs: inputs.clone(),
            files,
            settled,
            new_customer_gap_days: program.new_customer_gap_days,
            has_newer_reference: ground.last_reference > snapshot.last_sequence,
        }))
    }

    /// Whether the facts are still there after they were read.
    pub(super) async fn still_counts(
        &self,
        app: &App,
        snapshot: &Snapshot,
    ) -> Result<bool, ExplainError> {
        let (files, _) = manifest::live_files(&app.db().pin().await?).await?;
        Ok(files_of(&files, snapshot).is_some())
    }

    /// The value in the kernel's numbers. What is not among the reference data any more matches nothing.
    pub(super) fn subject(&self, asked: &ExplainOf) -> Subject {
        let place = |numbers: &[i32], number: i32| {
            let found = numbers.iter().position(|one| *one == number);
            found.map_or(u32::MAX, |at| at as u32)
        };
        let inputs = &self.inputs;
        Subject {
            partner: Partner(place(
                &inputs.numbers.partners,
                asked.scorecard.key.partner.0,
            )),
            slice: Slice {
                offering: Offering(place(&inputs.numbers.offerings, asked.slice.offering.0)),
                location: Location(place(&inputs.numbers.locations, asked.slice.location.0)),
            },
            metric: asked.metric,
        }
    }

    pub(super) fn has(&self, dataset: Dataset) -> bool {
        self.files.iter().any(|file| file.dataset == dataset)
    }
}

impl Explaining {
    /// The settled keys of these files, from the last time where they are the same.
    async fn settle(&self, files: &[FileRef]) -> Result<Settled, ExplainError> {
        let key = |file: &FileRef| (file.path.clone(), file.batches.clone());
        let files_and_batches: Vec<(String, FileBatches)> = files.iter().map(key).collect();
        let kept = || {
            self.0
                .settled
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(settled) = kept().get(&files_and_batches) {
            return Ok(settled.clone());
        }
        let settled = self.0.app.facts().settle(files).await?;
        let mut kept = kept();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(files_and_batches, settled.clone());
        Ok(settled)
    }
}

/// Of the files that count those that a snapshot was computed from, if all of these do. A replaced batch takes a later place in the commit
/// order, and a deleted one none, so that its rows are missing.
fn files_of(files: &[FileRef], snapshot: &Snapshot) -> Option<Vec<FileRef>> {
    let last = snapshot.last_sequence.unsigned_abs();
    let files: Vec<FileRef> = files
        .iter()
        .filter_map(|file| file.clone().until(last))
        .collect();
    let rows: u64 = files.iter().map(FileRef::counted_rows).sum();
    (rows == snapshot.fact_rows.unsigned_abs()).then_some(files)
}

/// The datasets whose facts a metric is made of.
fn datasets_of(metric: Metric) -> &'static [Dataset] {
    match metric {
        Metric::Revenue => &[Dataset::Revenue],
        Metric::NewCustomers | Metric::NetPaidSeats => &[Dataset::SeatChanges],
        Metric::CertifiedPeople => &[Dataset::Certifications],
        Metric::ProductionInstances => &[Dataset::Instances],
        Metric::MonthlyActiveUsers => &[Dataset::Usage],
        Metric::MauPerAssignedSeat => &[Dataset::Usage, Dataset::Subscriptions],
        Metric::NetPromoterScore => &[Dataset::Surveys],
    }
}
