//! The order in which batches are committed, replaced and deleted.

use super::days::Days;
use super::facts::rows;
use super::raw::RawProgram;
use crate::program::{FactDataset, FactRows, FactUpload, Program};

/// Every commit stores a batch of each dataset that it has rows of. Only a batch that stands is deleted, none is empty.
pub(super) fn uploads(raw: &RawProgram, days: &Days, program: &Program) -> Vec<FactUpload> {
    let mut uploads: Vec<FactUpload> = Vec::new();
    let mut standing: Vec<(FactDataset, String)> = Vec::new();
    for (index, commit) in raw.commits.iter().enumerate() {
        for dataset in FactDataset::ALL {
            let rows = rows(raw, days, program, dataset, index);
            if is_empty(&rows) {
                continue;
            }
            // Batch ids are unique within a dataset only, so all datasets share them.
            let batch = format!("batch {}", commit.batch);
            standing.retain(|stored| *stored != (dataset, batch.clone()));
            standing.push((dataset, batch.clone()));
            uploads.push(FactUpload::Store { batch, rows });
        }
        if let Some(delete) = commit.delete
            && !standing.is_empty()
        {
            let (dataset, batch) = standing.remove(usize::from(delete) % standing.len());
            uploads.push(FactUpload::Delete { dataset, batch });
        }
    }
    uploads
}

fn is_empty(rows: &FactRows) -> bool {
    match rows {
        FactRows::Revenue(rows) => rows.is_empty(),
        FactRows::SeatChanges(rows) => rows.is_empty(),
        FactRows::Subscriptions(rows) => rows.is_empty(),
        FactRows::Usage(rows) => rows.is_empty(),
        FactRows::Instances(rows) => rows.is_empty(),
        FactRows::Surveys(rows) => rows.is_empty(),
        FactRows::Certifications(rows) => rows.is_empty(),
    }
}
