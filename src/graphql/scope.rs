//! What a read is pinned to: one snapshot, and whose eyes it is for.
//!
//! Everything below a snapshot carries its scope, so that nested fields cannot mix dates, and so that the release rules
//! of DATA.md are applied in this one place. There is no sign-in yet: whoever asks is staff, and may look through a
//! partner's eyes to see what it will see.

use std::sync::Arc;

use async_graphql::{Context, Enum};
use kernel::{Day, Metric, PeerBand};

use super::error::Failure;
use super::reader::reader;
use crate::store::partner::PartnerKey;
use crate::store::peer_group::PeerGroup;
use crate::store::scorecard::Visible;
use crate::store::snapshot::Snapshot;

/// Whose eyes the figures are for.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// Program staff: exact figures of every partner.
    #[default]
    Staff,
    /// The partner itself, as a preview: its own values exactly; of its peers only what the release rules allow, and
    /// ranges as they are rounded for partners.
    Partner,
}

/// Who reads. A type of its own beside [`Audience`], because what is asked for and what is granted will differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    Staff,
    /// A partner that is not named yet: it sees what is released, and no partner's own figures.
    AnyPartner,
    /// This partner, as staff previews it: its own figures besides.
    Partner(PartnerKey),
}

/// One snapshot through one viewer's eyes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scope {
    pub snapshot: Arc<Snapshot>,
    viewer: Viewer,
}

impl Scope {
    pub fn new(snapshot: Arc<Snapshot>, audience: Audience) -> Scope {
        let viewer = match audience {
            Audience::Staff => Viewer::Staff,
            Audience::Partner => Viewer::AnyPartner,
        };
        Scope { snapshot, viewer }
    }

    /// The scope of the snapshot of a date, or of the newest one.
    ///
    /// # Errors
    /// Where nothing is published for it.
    pub async fn open(
        ctx: &Context<'_>,
        as_of: Option<Day>,
        audience: Audience,
    ) -> Result<Scope, Failure> {
        match reader(ctx).snapshot(as_of, None).await? {
            Some(snapshot) => Ok(Scope::new(snapshot, audience)),
            None => Err(Failure::NotFound(match as_of {
                Some(day) => format!("asOf: no snapshot is published for {day}"),
                None => "no snapshot is published yet".to_owned(),
            })),
        }
    }

    /// The same snapshot for another audience. Nobody sees more than before.
    #[must_use]
    pub fn narrowed(&self, audience: Audience) -> Scope {
        match self.viewer {
            Viewer::Staff => Scope::new(self.snapshot.clone(), audience),
            Viewer::AnyPartner | Viewer::Partner(_) => self.clone(),
        }
    }

    /// The scope in which a partner's own figures are read; none where the viewer may not see them.
    #[must_use]
    pub fn for_figures_of(&self, partner: PartnerKey) -> Option<Scope> {
        match self.viewer {
            Viewer::Staff => Some(self.clone()),
            Viewer::AnyPartner => Some(Scope {
                snapshot: self.snapshot.clone(),
                viewer: Viewer::Partner(partner),
            }),
            Viewer::Partner(viewer) => (viewer == partner).then(|| self.clone()),
        }
    }

    /// Whose scorecards the viewer may see.
    #[must_use]
    pub fn visible(&self) -> Visible {
        match self.viewer {
            Viewer::Staff => Visible::All,
            Viewer::AnyPartner => Visible::Nothing,
            Viewer::Partner(partner) => Visible::Only(partner),
        }
    }

    /// Whether the viewer may see how the peers of a metric are spread: its bands, count, ranks and percentiles.
    #[must_use]
    pub fn sees(&self, group: PeerGroup) -> bool {
        match self.viewer {
            Viewer::Staff => true,
            Viewer::AnyPartner | Viewer::Partner(_) => group.released,
        }
    }

    /// Whether the viewer sees everything, so that release need not be looked up.
    #[must_use]
    pub fn sees_everything(&self) -> bool {
        self.viewer == Viewer::Staff
    }

    /// The ends of a band as the viewer sees them, by the rules that were in force for the snapshot.
    #[must_use]
    pub fn range(&self, metric: Metric, band: &PeerBand) -> (f64, f64) {
        match self.viewer {
            Viewer::Staff => (band.min.to_f64(), band.max.to_f64()),
            Viewer::AnyPartner | Viewer::Partner(_) => {
                let rules = self.snapshot.settings.release.rules();
                let (min, max) = rules.range(metric, band.min, band.max);
                (min.to_f64(), max.to_f64())
            }
        }
    }
}
