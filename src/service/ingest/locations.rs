//! Taking in locations: the tree is judged as a whole, before anything of it is stored.

use std::sync::Arc;

use intake::{Dataset, Limits, ReadError, Reject, Row, RowVisitor, Source, Stop};

use super::turn::Turn;
use super::{IngestError, Outcome, Read, Request, commit, judge, record, stored, tree};
use crate::app::App;
use crate::store::reference::{LocationNode, Tree, inhabited, replace_tree};

/// The most levels under the world.
const LEVELS_MAX: usize = 6;

struct Sent {
    file: String,
    line: u64,
    location_id: String,
    node: LocationNode,
}

pub(super) async fn ingest(
    app: &App,
    request: &Request,
    turn: Arc<Turn>,
) -> Result<Outcome, IngestError> {
    let stored_tree = tree(app.db()).await?;
    let inhabited = inhabited(app.db().read()).await?;
    let files = request.files.clone();
    let reading =
        tokio::task::spawn_blocking(move || collect(&files, &stored_tree, &inhabited, &turn));
    let (read, tree) = reading.await.map_err(|_| IngestError::Lost)?;
    if let Some(outcome) = judge(request, &read) {
        return Ok(outcome);
    }
    let txn = app.db().begin().await?;
    replace_tree(&txn, &tree).await?;
    let recorded = record(&txn, request, &read, &[]).await?;
    commit(app.db(), txn, recorded).await?;
    Ok(stored(&read, recorded))
}

fn collect(
    files: &[Source],
    stored_tree: &Tree,
    inhabited: &[(String, String)],
    turn: &Turn,
) -> (Read, Tree) {
    let mut visitor = Visitor {
        file: String::new(),
        sent: Vec::new(),
        rejected: 0,
        turn,
    };
    let mut unreadable = None;
    for file in files {
        visitor.file.clone_from(&file.name);
        match intake::read(file, Dataset::Locations, &Limits::default(), &mut visitor) {
            Ok(_) | Err(ReadError::Stopped) => {}
            Err(error) => {
                unreadable = Some(error.to_string());
                break;
            }
        }
    }
    let Visitor {
        mut sent,
        mut rejected,
        ..
    } = visitor;
    let tree = loop {
        let tree = with_sent(stored_tree, &sent);
        let before = sent.len();
        sent.retain(|row| {
            let orphan = row
                .node
                .parent_id
                .as_ref()
                .filter(|parent_id| !tree.nodes.contains_key(*parent_id));
            if let Some(parent_id) = orphan {
                let reject = Reject::new(row.line, "parent_id", parent_id, "is unknown");
                // Reference data is never read ahead, so that its turn cannot be over.
                let _ = turn.rejected(&row.file, &reject);
                rejected += 1;
            }
            orphan.is_none()
        });
        if sent.len() == before {
            break tree;
        }
    };
    if unreadable.is_none() {
        unreadable = sent.iter().find_map(|row| misplaced(&tree, row)).or_else(|| {
            let homeless = inhabited.iter().find(|(location_id, _)| !tree.nodes.contains_key(location_id));
            homeless.map(|(location_id, customer_id)| {
                format!(
                    "locations: customer \"{customer_id}\" lies at \"{location_id}\", which the sent tree does not hold; \
                     add it, or move its customers first"
                )
            })
        });
    }
    let read = Read {
        rows: sent.len() as u64,
        rejected,
        unreadable,
    };
    (read, tree)
}

/// The stored tree with the sent rows; they alone where the stored one is built in.
fn with_sent(stored_tree: &Tree, sent: &[Sent]) -> Tree {
    let mut tree = if stored_tree.built_in && !sent.is_empty() {
        Tree::default()
    } else {
        stored_tree.clone()
    };
    for row in sent {
        tree.nodes.insert(row.location_id.clone(), row.node.clone());
    }
    tree
}

fn misplaced(tree: &Tree, row: &Sent) -> Option<String> {
    let problem = match tree.level(&row.location_id) {
        None => "its parents run in a circle".to_owned(),
        Some(level) if level > LEVELS_MAX => {
            format!("it would stand {level} levels under the world, and {LEVELS_MAX} is the most")
        }
        Some(_) => return None,
    };
    Some(format!(
        "{}: line {}: location \"{}\": {problem}; change a parent_id",
        row.file, row.line, row.location_id
    ))
}

struct Visitor<'a> {
    file: String,
    sent: Vec<Sent>,
    rejected: u64,
    turn: &'a Turn,
}

impl RowVisitor for Visitor<'_> {
    fn row(&mut self, line: u64, row: Row<'_>) -> Result<(), Stop> {
        if let Row::Locations(row) = row {
            self.sent.push(Sent {
                file: self.file.clone(),
                line,
                location_id: row.location_id.to_owned(),
                node: LocationNode {
                    parent_id: row.parent_id.map(str::to_owned),
                    name: row.name.to_owned(),
                },
            });
        }
        Ok(())
    }

    fn reject(&mut self, reject: Reject) -> Result<(), Stop> {
        self.rejected += 1;
        self.turn.rejected(&self.file, &reject)
    }

    fn progress(&mut self, bytes_read: u64) {
        self.turn.progressed(bytes_read);
    }
}
