//! What a read is pinned to: one snapshot, and whose eyes it is for.
//!
//! Everything read of a snapshot goes through a scope, so that one answer cannot mix dates, and so that the release
//! rules of DATA.md are applied in this one place for the API and the pages alike.

use std::sync::Arc;

use kernel::{Bound, Metric, PeerBand};

use crate::store::partner::PartnerKey;
use crate::store::peer_group::PeerGroup;
use crate::store::scorecard::Visible;
use crate::store::snapshot::Snapshot;

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    Staff,
    /// A partner that is not named yet: it sees what is released, and no partner's own figures.
    AnyPartner,
    /// This partner: its own figures besides.
    Partner(PartnerKey),
}

/// One snapshot through one viewer's eyes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scope {
    pub snapshot: Arc<Snapshot>,
    viewer: Viewer,
}

/// A peer band as a viewer sees it: its ends may be wider than its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisibleBand {
    /// 1 (lowest) to 4.
    pub band: u8,
    pub min: Bound,
    pub max: Bound,
    pub partners: u32,
}

impl Viewer {
    /// What is left of one's rights when looking through another's eyes. Nobody sees more than before.
    #[must_use]
    pub fn narrowed(self, to: Viewer) -> Viewer {
        match self {
            Viewer::Staff => to,
            Viewer::AnyPartner | Viewer::Partner(_) => self,
        }
    }

    /// Who sees a partner's own figures; none where the viewer may not.
    #[must_use]
    pub fn for_figures_of(self, partner: PartnerKey) -> Option<Viewer> {
        match self {
            Viewer::Staff => Some(Viewer::Staff),
            Viewer::AnyPartner => Some(Viewer::Partner(partner)),
            Viewer::Partner(viewer) => (viewer == partner).then_some(self),
        }
    }

    /// Whose scorecards the viewer may see.
    #[must_use]
    pub fn visible(self) -> Visible {
        match self {
            Viewer::Staff => Visible::All,
            Viewer::AnyPartner => Visible::Nothing,
            Viewer::Partner(partner) => Visible::Only(partner),
        }
    }
}

impl Scope {
    pub fn new(snapshot: Arc<Snapshot>, viewer: impl Into<Viewer>) -> Scope {
        Scope {
            snapshot,
            viewer: viewer.into(),
        }
    }

    /// The same snapshot through another's eyes. Nobody sees more than before.
    #[must_use]
    pub fn narrowed(&self, to: impl Into<Viewer>) -> Scope {
        Scope::new(self.snapshot.clone(), self.viewer.narrowed(to.into()))
    }

    /// The scope in which a partner's own figures are read; none where the viewer may not see them.
    #[must_use]
    pub fn for_figures_of(&self, partner: PartnerKey) -> Option<Scope> {
        let viewer = self.viewer.for_figures_of(partner)?;
        Some(Scope::new(self.snapshot.clone(), viewer))
    }

    /// Whose scorecards the viewer may see.
    #[must_use]
    pub fn visible(&self) -> Visible {
        self.viewer.visible()
    }

    /// Whether the viewer may see how the peers of a metric are spread: its bands, count, ranks and percentiles.
    #[must_use]
    pub fn sees(&self, group: PeerGroup) -> bool {
        self.sees_everything() || group.released
    }

    /// Whether the viewer sees everything, so that release need not be looked up.
    #[must_use]
    pub fn sees_everything(&self) -> bool {
        self.viewer == Viewer::Staff
    }

    /// The bands of one metric, the lowest first, with the ends that the viewer sees by the rules that were in force
    /// for the snapshot. Ask [`Scope::sees`] first.
    #[must_use]
    pub fn bands_of(&self, metric: Metric, bands: &[PeerBand]) -> Vec<VisibleBand> {
        let rules = self.snapshot.settings.release.rules();
        let ends = |band: &PeerBand| match self.viewer {
            Viewer::Staff => (Bound::Exact(band.min), Bound::Exact(band.max)),
            Viewer::AnyPartner | Viewer::Partner(_) => rules.range(metric, band.min, band.max),
        };
        let of_metric = bands.iter().filter(|band| band.metric == metric);
        let visible = of_metric.map(|band| {
            let (min, max) = ends(band);
            VisibleBand {
                band: band.band,
                min,
                max,
                partners: band.partners,
            }
        });
        visible.collect()
    }
}
