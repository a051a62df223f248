//! Answers that are kept while nothing that they are made of changes.
//!
//! Snapshots are immutable, so that the same question gets the same answer until another snapshot is published or the
//! reference data changes. An answer is kept for those with the same rights, whoever they are, and is given again only
//! when the count of changes that was looked up for the request at hand is the one from before the answer was made. Who
//! asks is recognised, and pays, as if it were made anew.

use async_graphql::Request;
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use axum::body::Bytes;
use moka::sync::Cache;

use super::request::{Asked, Asking};
use crate::graphql::guard;
use crate::store::change::Changes;
use crate::store::rights::Rights;

/// Of a kept answer, beside its texts.
const BYTES_EACH: usize = 256;
/// An answer that takes more than this part of all memory for answers is not kept.
const SHARE_MAX: u64 = 8;

/// The fields whose answers are made of snapshots, partners, offerings and locations alone, and of the rights of whoever
/// asks. A document with any other field, also one that is new, is answered anew each time.
const FIELDS: [&str; 110] = [
    "__typename",
    "absent",
    "asOf",
    "associationPrecedence",
    "attack",
    "band",
    "bands",
    "boundedAfter",
    "boundedBefore",
    "change",
    "children",
    "country",
    "counts",
    "cursor",
    "definition",
    "distance",
    "edges",
    "endCursor",
    "exact",
    "exactDistance",
    "factRowCount",
    "firstDay",
    "formula",
    "group",
    "groupId",
    "groupLabel",
    "groups",
    "hasNextPage",
    "hasPreviousPage",
    "higherIsBetter",
    "id",
    "isExact",
    "isWhole",
    "lastDay",
    "location",
    "locationId",
    "locations",
    "max",
    "measure",
    "measures",
    "metric",
    "metrics",
    "min",
    "minBandMembers",
    "minPeers",
    "mustExceed",
    "name",
    "newCustomerGapDays",
    "newestSnapshot",
    "nextBand",
    "noBandReason",
    "noMaxReason",
    "noMeasureReason",
    "noMinReason",
    "noRangesReason",
    "noRankReason",
    "noValueReason",
    "node",
    "nodes",
    "pageInfo",
    "parent",
    "partner",
    "partnerId",
    "partnerType",
    "partners",
    "peerBandCount",
    "peerBands",
    "peers",
    "percentile",
    "product",
    "productId",
    "products",
    "program",
    "publishedAt",
    "ranges",
    "rank",
    "release",
    "releaseReport",
    "reportingCurrency",
    "revision",
    "rule",
    "sameValuePeers",
    "sameValueShare",
    "scorecard",
    "scorecardCount",
    "scorecards",
    "settings",
    "showsBands",
    "slice",
    "sliceCount",
    "slices",
    "snapshot",
    "snapshots",
    "startCursor",
    "tier",
    "timezone",
    "totalCount",
    "trend",
    "unit",
    "unitLabel",
    "value",
    "values",
    "window",
    "windowFirst",
    "windowLast",
    "withheld",
    "words",
    "workload",
    "workloadId",
    "workloads",
];
/// At the root these names stand for anything that has an id.
const NOT_AT_ROOT: [&str; 2] = ["node", "nodes"];

/// The answers. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    answers: Cache<Question, Answer>,
    bytes_max: u64,
}

/// What was asked, and with which rights.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Question {
    wording: Wording,
    rights: Rights,
}

/// How it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Wording {
    /// The bytes as they came: who asks the same thing again mostly does so in the same words, and need not be read.
    Bytes(Asking),
    /// What they say, where reading them has an effect of its own: the document is remembered by its name.
    Read {
        document: String,
        operation_name: Option<String>,
        variables: String,
    },
}

/// An answer without errors.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) cost: usize,
    pub(super) body: Bytes,
    /// As often had anything changed before it was made.
    changes: i64,
}

impl Kept {
    /// No more than these bytes are kept.
    pub(super) fn new(bytes_max: u64) -> Kept {
        Kept {
            answers: Cache::builder()
                .max_capacity(bytes_max)
                .weigher(weigh)
                .build(),
            bytes_max,
        }
    }

    /// The question that a request puts, unread; none where nothing is kept.
    pub(super) fn question(&self, asking: &Asking, rights: &Rights) -> Option<Question> {
        (self.bytes_max > 0).then(|| Question {
            wording: Wording::Bytes(asking.clone()),
            rights: rights.clone(),
        })
    }

    /// The question that a request puts which had to be read; none where nothing is kept.
    pub(super) fn question_read(&self, asked: &Asked, rights: &Rights) -> Option<Question> {
        (self.bytes_max > 0).then(|| Question {
            wording: Wording::Read {
                document: asked.query.clone(),
                operation_name: asked.operation_name.clone(),
                variables: asked.variables.to_string(),
            },
            rights: rights.clone(),
        })
    }

    /// The answer, if nothing has changed since it was made.
    pub(super) fn answer(&self, question: &Question, changes: Changes) -> Option<Answer> {
        let answer = self.answers.get(question)?;
        (answer.changes == changes.answers).then_some(answer)
    }

    /// Keeps an answer to a request that [`is_lasting`]. The changes are those that were counted before it was made.
    pub(super) fn keep(&self, question: Question, changes: Changes, cost: usize, body: Bytes) {
        let answer = Answer {
            cost,
            body,
            changes: changes.answers,
        };
        if u64::from(weigh(&question, &answer)) <= self.bytes_max / SHARE_MAX {
            self.answers.insert(question.alone(), answer);
        }
    }
}

impl Question {
    /// The same, out of the buffer that a whole connection reads into.
    fn alone(mut self) -> Question {
        if let Wording::Bytes(Asking::Post(bytes) | Asking::Get(bytes)) = &mut self.wording {
            *bytes = Bytes::copy_from_slice(bytes);
        }
        self
    }
}

/// Whether the answer stays the same until something changes that is counted. Every definition is looked at, also one that
/// would not run.
pub(super) fn is_lasting(request: &mut Request) -> bool {
    // What the guard would refuse is left to it, unparsed.
    if !guard::is_parsable(&request.query) {
        return false;
    }
    request.parsed_query().is_ok_and(lasts)
}

fn lasts(document: &ExecutableDocument) -> bool {
    let mut operations = document.operations.iter();
    let mut fragments = document.fragments.values();
    operations.all(|(_, operation)| {
        let set = &operation.node.selection_set.node;
        operation.node.ty == OperationType::Query && is_known(set)
    }) && fragments.all(|fragment| {
        let set = &fragment.node.selection_set.node;
        let is_of_root = fragment.node.type_condition.node.on.node == "Query";
        !is_of_root && are_known(set)
    })
}

/// Whether the fields of an operation are, and what is below them.
fn is_known(root: &SelectionSet) -> bool {
    are_known(root)
        && root.items.iter().all(|selection| match &selection.node {
            Selection::Field(field) => !NOT_AT_ROOT.contains(&field.node.name.node.as_str()),
            Selection::InlineFragment(_) | Selection::FragmentSpread(_) => false,
        })
}

fn are_known(set: &SelectionSet) -> bool {
    set.items.iter().all(|selection| match &selection.node {
        Selection::Field(field) => {
            let name = field.node.name.node.as_str();
            FIELDS.binary_search(&name).is_ok() && are_known(&field.node.selection_set.node)
        }
        Selection::InlineFragment(inline) => are_known(&inline.node.selection_set.node),
        Selection::FragmentSpread(_) => true,
    })
}

fn weigh(question: &Question, answer: &Answer) -> u32 {
    let partners = match question.rights.figures() {
        crate::store::rights::Visible::Only(partners) => partners.len() * 8,
        _ => 0,
    };
    let wording = match &question.wording {
        Wording::Bytes(Asking::Post(bytes) | Asking::Get(bytes)) => bytes.len(),
        Wording::Read {
            document,
            operation_name,
            variables,
        } => {
            let name = operation_name.as_ref().map_or(0, String::len);
            document.len() + name + variables.len()
        }
    };
    let bytes = BYTES_EACH + wording + partners + answer.body.len();
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};

    use super::*;

    fn check(document: &str, expected: bool) {
        assert_eq!(
            is_lasting(&mut Request::new(document)),
            expected,
            "{document}"
        );
    }

    #[test]
    fn only_what_is_made_of_what_is_counted_lasts() {
        check(
            "{scorecard(partnerId: \"a\") {measures {value bands {min}}}}",
            true,
        );
        check(
            "{scorecards {edges {node {...Card}} totalCount}} fragment Card on Scorecard {id partner {name}}",
            true,
        );
        check(
            "{scorecards {nodes {slice {product {productId workloads {workloadId}} workload {name}} measures {noRankReason}}}}",
            true,
        );
        check("{a: viewer {name}}", false);
        check(
            "{scorecard(partnerId: \"a\") {measure(metric: REVENUE) {explain {exact}}}}",
            false,
        );
        check("{rateLimit {remaining}}", false);
        check("{node(id: \"a\") {id}}", false);
        check("{nodes(ids: []) {id}}", false);
        check(
            "{...Root} fragment Root on Query {node(id: \"a\") {id}}",
            false,
        );
        check("{... {node(id: \"a\") {id}}}", false);
        check("{batches {nodes {id}}}", false);
        check("{__schema {types {name}}}", false);
        check("mutation {runJob(input: {}) {id}}", false);
        check("query A {metrics {name}} query B {viewer {name}}", false);
        check("{", false);
    }

    /// The fields next to those that last, and why answers with them do not.
    const EXCLUDED: [(&str, &str); 9] = [
        ("Measure.explain", "facts change without being counted"),
        ("Query.apiKeys", "their last use is not counted"),
        ("Query.auditLog", "everything that is done adds to it"),
        ("Query.batches", "batches are not counted"),
        ("Query.jobRuns", "runs are not counted"),
        ("Query.jobs", "tells of runs, and of the time"),
        ("Query.node", "may be a run, a batch or a key"),
        ("Query.nodes", "may be runs, batches or keys"),
        ("Query.rateLimit", "is another after each request"),
    ];
    /// Answers are kept for all who have the same rights.
    const PERSONAL: &str = "Query.viewer";

    #[test]
    fn every_field_below_those_that_last_lasts_or_has_a_reason_not_to() {
        let document = async_graphql::parser::parse_schema(crate::graphql::sdl()).unwrap();
        let types: HashMap<String, TypeKind> = document
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(kind) => {
                    Some((kind.node.name.node.to_string(), kind.node.kind))
                }
                _ => None,
            })
            .collect();
        let mut next = vec!["Query".to_owned()];
        let mut seen: HashSet<String> = HashSet::new();
        let mut excluded: HashSet<String> = HashSet::new();
        while let Some(kind) = next.pop() {
            let (Some(TypeKind::Object(object)), true) =
                (types.get(&kind), seen.insert(kind.clone()))
            else {
                continue;
            };
            for field in &object.fields {
                let name = format!("{kind}.{}", field.node.name.node);
                let has_reason = EXCLUDED.iter().any(|(other, _)| *other == name);
                if has_reason || name == PERSONAL {
                    excluded.insert(name);
                    continue;
                }
                assert!(
                    FIELDS.contains(&field.node.name.node.as_str()),
                    "{name} is neither kept nor excluded"
                );
                next.push(base(&field.node.ty.node));
            }
        }
        assert_eq!(excluded.len(), EXCLUDED.len() + 1, "{excluded:?}");
        for kind in [
            "Change",
            "Location",
            "Measure",
            "NextBand",
            "Partner",
            "PeerBand",
            "PeerGroup",
            "Product",
            "Scorecard",
            "Slice",
            "Snapshot",
            "TrendPoint",
            "Workload",
        ] {
            assert!(seen.contains(kind), "{kind} is not reached");
        }
    }

    fn base(kind: &Type) -> String {
        match &kind.base {
            BaseType::Named(name) => name.to_string(),
            BaseType::List(item) => base(item),
        }
    }

    #[test]
    fn fields_are_sorted_and_there() {
        assert!(FIELDS.is_sorted());
        let sdl = crate::graphql::sdl();
        for field in FIELDS.iter().filter(|field| !field.starts_with("__")) {
            let is_there = |line: &str| {
                let rest = line.trim_start().strip_prefix(field);
                rest.is_some_and(|rest| rest.starts_with([':', '(']))
            };
            assert!(sdl.lines().any(is_there), "{field}");
        }
    }
}
