//! Global ids: the type and the key of a node, as text that only this server reads.
//!
//! Caches of clients keep one record for each id. So what staff see in a partner's preview has an id of its own, beside
//! that of the same thing seen exactly.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::store::api_key::ApiKeyKey;
use crate::store::batch::BatchKey;
use crate::store::job_run::JobRunKey;
use crate::store::location::LocationKey;
use crate::store::offering::OfferingKey;
use crate::store::partner::PartnerKey;
use crate::store::scorecard::ScorecardKey;
use crate::store::slice::SliceKey;
use crate::store::snapshot::SnapshotKey;

/// What a global id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GlobalId {
    Partner(PartnerKey),
    Product(OfferingKey),
    Workload(OfferingKey),
    Location(LocationKey),
    Snapshot {
        key: SnapshotKey,
        /// The partner whose preview it is.
        previewed: Option<PartnerKey>,
    },
    Scorecard {
        key: ScorecardKey,
        /// Whether it is in the preview of its partner.
        is_preview: bool,
    },
    JobRun(JobRunKey),
    Batch(BatchKey),
    ApiKey(ApiKeyKey),
}

/// How the key of a scorecard in a preview ends.
const PREVIEW: &str = ".preview";

impl GlobalId {
    pub(super) fn encode(self) -> ID {
        let text = match self {
            GlobalId::Partner(key) => format!("Partner:{}", key.0),
            GlobalId::Product(key) => format!("Product:{}", key.0),
            GlobalId::Workload(key) => format!("Workload:{}", key.0),
            GlobalId::Location(key) => format!("Location:{}", key.0),
            GlobalId::Snapshot { key, previewed } => match previewed {
                None => format!("Snapshot:{}", key.0),
                Some(partner) => format!("Snapshot:{}.{}", key.0, partner.0),
            },
            GlobalId::Scorecard { key, is_preview } => {
                format!(
                    "Scorecard:{}.{}.{}{}",
                    key.snapshot.0,
                    key.slice.0,
                    key.partner.0,
                    if is_preview { PREVIEW } else { "" }
                )
            }
            GlobalId::JobRun(key) => format!("JobRun:{}", key.0),
            GlobalId::Batch(key) => format!("Batch:{}", key.0),
            GlobalId::ApiKey(key) => format!("ApiKey:{}", key.0),
        };
        ID(URL_SAFE_NO_PAD.encode(text))
    }

    /// None where the text is no global id.
    pub(super) fn decode(id: &str) -> Option<GlobalId> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
        let (kind, key) = text.split_once(':')?;
        Some(match kind {
            "Partner" => GlobalId::Partner(PartnerKey(key.parse().ok()?)),
            "Product" => GlobalId::Product(OfferingKey(key.parse().ok()?)),
            "Workload" => GlobalId::Workload(OfferingKey(key.parse().ok()?)),
            "Location" => GlobalId::Location(LocationKey(key.parse().ok()?)),
            "Snapshot" => {
                let (key, previewed) = match key.split_once('.') {
                    None => (key, None),
                    Some((key, partner)) => (key, Some(PartnerKey(partner.parse().ok()?))),
                };
                GlobalId::Snapshot {
                    key: SnapshotKey(key.parse().ok()?),
                    previewed,
                }
            }
            "Scorecard" => {
                let of_preview = key.strip_suffix(PREVIEW);
                let (snapshot, rest) = of_preview.unwrap_or(key).split_once('.')?;
                let (slice, partner) = rest.split_once('.')?;
                GlobalId::Scorecard {
                    key: ScorecardKey {
                        snapshot: SnapshotKey(snapshot.parse().ok()?),
                        slice: SliceKey(slice.parse().ok()?),
                        partner: PartnerKey(partner.parse().ok()?),
                    },
                    is_preview: of_preview.is_some(),
                }
            }
            "JobRun" => GlobalId::JobRun(JobRunKey(key.parse().ok()?)),
            "Batch" => GlobalId::Batch(BatchKey(key.parse().ok()?)),
            "ApiKey" => GlobalId::ApiKey(ApiKeyKey(key.parse().ok()?)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back() {
        let scorecard = ScorecardKey {
            snapshot: SnapshotKey(1 << 40),
            slice: SliceKey(0),
            partner: PartnerKey(7),
        };
        let snapshot = |previewed| GlobalId::Snapshot {
            key: SnapshotKey(i64::MAX),
            previewed,
        };
        for id in [
            GlobalId::Partner(PartnerKey(1)),
            GlobalId::Product(OfferingKey(2)),
            GlobalId::Workload(OfferingKey(2)),
            GlobalId::Location(LocationKey(0)),
            snapshot(None),
            snapshot(Some(PartnerKey(7))),
            GlobalId::Scorecard {
                key: scorecard,
                is_preview: false,
            },
            GlobalId::Scorecard {
                key: scorecard,
                is_preview: true,
            },
            GlobalId::JobRun(JobRunKey(3)),
            GlobalId::Batch(BatchKey(4)),
            GlobalId::ApiKey(ApiKeyKey(5)),
        ] {
            assert_eq!(GlobalId::decode(&id.encode()), Some(id));
        }
    }

    #[test]
    fn anything_else_is_no_id() {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for id in [
            "",
            "Partner:1",
            &encode("Partner:x"),
            &encode("Snapshot:1."),
            &encode("Scorecard:1.2"),
            &encode("Scorecard:1.2.preview"),
            &encode("Nobody:1"),
        ] {
            assert_eq!(GlobalId::decode(id), None, "{id}");
        }
    }
}
