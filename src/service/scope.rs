//! What a read is pinned to: one snapshot, and whose eyes it is for.
//!
//! Everything read of a snapshot goes through a scope, so that one answer cannot mix dates, and so that the release
//! rules of DATA.md are applied in this one place for the API and the pages alike.

use std::sync::Arc;

use kernel::{Bound, Metric, PeerBand, Ranges};

use crate::store::partner::PartnerKey;
use crate::store::peer_group::PeerGroup;
use crate::store::rights::Visible;
use crate::store::snapshot::Snapshot;

/// Who reads. Made from what a principal may read, and by looking through another's eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer(Eyes);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Eyes {
    Staff,
    /// A preview through the eyes of a partner that is not named yet: what is released, and no partner's own figures.
    AnyPartner,
    /// A preview through this partner's eyes: its own figures besides.
    Preview(PartnerKey),
    /// These partners, all of one holder: their own figures besides.
    Partners(Arc<[PartnerKey]>),
    /// Somebody without a right to any figure.
    Nobody,
}

/// One snapshot through one viewer's eyes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scope {
    pub snapshot: Arc<Snapshot>,
    viewer: Viewer,
}

/// A peer band as a viewer sees it: its ends may be wider than its values, and open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisibleBand {
    /// 1 (lowest) to 4.
    pub band: u8,
    /// None where the range is open.
    pub min: Option<Bound>,
    pub max: Option<Bound>,
    pub partners: u32,
}

impl Viewer {
    /// Whoever may read these figures.
    pub(in crate::service) fn of(figures: &Visible) -> Viewer {
        Viewer(match figures {
            Visible::All => Eyes::Staff,
            Visible::Only(partners) => Eyes::Partners(partners.clone()),
            Visible::Nothing => Eyes::Nobody,
        })
    }

    /// What is left of one's rights when looking through a partner's eyes, whichever it is. Nobody sees more than
    /// before.
    #[must_use]
    pub fn as_partner(self) -> Viewer {
        match self.0 {
            Eyes::Staff => Viewer(Eyes::AnyPartner),
            Eyes::AnyPartner | Eyes::Preview(_) | Eyes::Partners(_) | Eyes::Nobody => self,
        }
    }

    /// Who sees a partner's own figures; none where the viewer may not.
    #[must_use]
    pub fn for_figures_of(&self, partner: PartnerKey) -> Option<Viewer> {
        match &self.0 {
            Eyes::Staff => Some(self.clone()),
            Eyes::AnyPartner => Some(Viewer(Eyes::Preview(partner))),
            Eyes::Preview(own) => (*own == partner).then(|| self.clone()),
            Eyes::Partners(partners) => partners.contains(&partner).then(|| self.clone()),
            Eyes::Nobody => None,
        }
    }

    /// Whose scorecards the viewer may see.
    #[must_use]
    pub fn visible(&self) -> Visible {
        match &self.0 {
            Eyes::Staff => Visible::All,
            Eyes::AnyPartner | Eyes::Nobody => Visible::Nothing,
            Eyes::Preview(partner) => Visible::Only([*partner].into()),
            Eyes::Partners(partners) => Visible::Only(partners.clone()),
        }
    }

    /// Whether there are any figures that the viewer may see, its own or released ones.
    #[must_use]
    pub fn sees_figures(&self) -> bool {
        self.0 != Eyes::Nobody
    }
}

impl Scope {
    #[must_use]
    pub fn new(snapshot: Arc<Snapshot>, viewer: Viewer) -> Scope {
        Scope { snapshot, viewer }
    }

    /// The same snapshot through a partner's eyes, whichever it is. Nobody sees more than before.
    #[must_use]
    pub fn as_partner(&self) -> Scope {
        Scope::new(self.snapshot.clone(), self.viewer.clone().as_partner())
    }

    /// Whether there are any figures that the viewer may see, its own or released ones.
    #[must_use]
    pub fn sees_figures(&self) -> bool {
        self.viewer.sees_figures()
    }

    /// The same snapshot as a partner's preview shows it to staff; none where whoever asks has no such preview, as
    /// partners do, who see nothing else anyway.
    #[must_use]
    pub fn preview(&self, partner: PartnerKey) -> Option<Scope> {
        let preview = self.as_partner().for_figures_of(partner)?;
        (preview.previewed() == Some(partner)).then_some(preview)
    }

    /// The partner whose preview this is; none where whoever asks sees through its own eyes.
    #[must_use]
    pub fn previewed(&self) -> Option<PartnerKey> {
        match self.viewer.0 {
            Eyes::Preview(partner) => Some(partner),
            _ => None,
        }
    }

    /// Another snapshot through the same eyes.
    #[must_use]
    pub fn at(&self, snapshot: Arc<Snapshot>) -> Scope {
        Scope::new(snapshot, self.viewer.clone())
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

    /// Whether the viewer may see how the peers of a metric are spread: its bands and their counts.
    #[must_use]
    pub fn sees(&self, group: PeerGroup) -> bool {
        self.sees_everything() || (self.sees_figures() && group.released)
    }

    /// Whether the viewer may see ranks, percentiles, and how many share a value.
    #[must_use]
    pub fn sees_ranks(&self, group: PeerGroup) -> bool {
        self.sees_everything() || (self.sees_figures() && group.ranked)
    }

    /// Whether the viewer sees everything, so that release need not be looked up.
    #[must_use]
    pub fn sees_everything(&self) -> bool {
        self.viewer.0 == Eyes::Staff
    }

    /// The bands of one metric, the lowest first, with the ends that the viewer sees by the rules that were in force
    /// for the snapshot. Ask [`Scope::sees`] first.
    #[must_use]
    pub fn bands_of(&self, metric: Metric, bands: &[PeerBand]) -> Vec<VisibleBand> {
        let rules = self.snapshot.settings.release.rules();
        let is_exact = self.sees_everything();
        let is_open = !is_exact && rules.ranges == Ranges::Protected;
        let ends = |band: &PeerBand| {
            if is_exact {
                (Bound::Exact(band.min), Bound::Exact(band.max))
            } else {
                rules.range(metric, band.min, band.max)
            }
        };
        let of_metric = bands.iter().filter(|band| band.metric == metric);
        let visible = of_metric.map(|band| {
            let (min, max) = ends(band);
            VisibleBand {
                band: band.band,
                min: Some(min),
                max: Some(max),
                partners: band.partners,
            }
        });
        let mut visible: Vec<VisibleBand> = visible.collect();
        if is_open {
            if let Some(lowest) = visible.first_mut() {
                lowest.min = None;
            }
            if let Some(highest) = visible.last_mut() {
                highest.max = None;
            }
        }
        visible
    }
}
