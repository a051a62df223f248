//! One metric of a scorecard in words: the value, where it stands, and how the peers are spread.

use kernel::{Metric, Ranges, Standing, Value};

use super::band::{self, BandView};
use super::read::Card;
use crate::config::Release;
use crate::service::language::Language;
use crate::service::metric::{self, MetricDefinition};
use crate::service::scope::{Scope, VisibleBand};
use crate::web::number::{self, Style};

/// Below this many values there are no bands (DATA.md, 'Peers, bands, ranks').
const BANDED_PEERS_MIN: u32 = 4;

pub(super) struct MeasureView {
    /// Unique on the page.
    pub(super) id: String,
    pub(super) definition: MetricDefinition,
    pub(super) value: Result<ValueView, &'static str>,
    /// Band, and where they are shown percentile and rank, in a sentence.
    pub(super) standing: Option<StandingView>,
    pub(super) peers: PeersView,
}

pub(super) struct ValueView {
    pub(super) text: String,
    /// What it counts; empty for money.
    pub(super) counted: &'static str,
    /// As it was computed, where the text leaves something off.
    pub(super) exactly: Option<String>,
    /// As a program reads it: the shortest float.
    pub(super) value: String,
}

pub(super) struct StandingView {
    pub(super) band: u8,
    /// None where ranks are withheld.
    pub(super) ranked: Option<RankView>,
    /// Where the next band above begins. None where there is none, or where its range, rounded outwards, begins below
    /// the own value and would tell nothing.
    pub(super) next: Option<NextBand>,
}

pub(super) struct RankView {
    pub(super) percent: String,
    pub(super) partners: String,
    pub(super) rank: String,
}

pub(super) struct NextBand {
    pub(super) band: u8,
    pub(super) from: String,
}

/// How the peers are spread, or why that is not shown.
pub(super) enum PeersView {
    Bands(Vec<BandView>),
    /// There is nothing to show, for this reason.
    None(String),
    /// The release rules do not allow it.
    Withheld(String),
}

impl MeasureView {
    pub(super) fn new(metric: Metric, card: &Card, scope: &Scope) -> MeasureView {
        let settings = &scope.snapshot.settings;
        let definition = metric::definition(metric, Language::English);
        let style = Style::new(definition.unit, settings.program.reporting_currency);
        let measure = card.scorecard.measures[metric.index()];
        let group = card.groups[metric.index()];
        let sees = scope.sees(group);
        let standing = measure.standing.filter(|_| sees);
        let (peers, standing) = if sees {
            let visible = scope.bands_of(metric, &card.bands);
            let is_ranked = scope.sees_ranks(group);
            let view = band::bands(&visible, standing, is_ranked, style);
            let standing = measure
                .value
                .zip(standing)
                .map(|(value, standing)| StandingView {
                    band: standing.band,
                    ranked: is_ranked.then(|| RankView {
                        percent: number::percent(standing.less, group.peers),
                        partners: band::partners(group.peers),
                        rank: number::count(standing.rank.into()),
                    }),
                    next: next_band(value, standing, &visible, style),
                });
            let peers = if visible.is_empty() {
                PeersView::None(unbanded(group.peers))
            } else {
                PeersView::Bands(view)
            };
            (peers, standing)
        } else {
            (PeersView::Withheld(withheld(&settings.release)), None)
        };
        MeasureView {
            id: metric.name().to_ascii_lowercase().replace('_', "-"),
            definition,
            value: measure
                .value
                .map(|value| value_view(value, style))
                .ok_or_else(|| no_value(metric, card)),
            standing,
            peers,
        }
    }
}

fn value_view(value: Value, style: Style) -> ValueView {
    ValueView {
        text: style.value(value),
        counted: style.counted(value),
        exactly: style.exactly(value),
        value: value.to_f64().to_string(),
    }
}

fn next_band(
    value: Value,
    standing: Standing,
    visible: &[VisibleBand],
    style: Style,
) -> Option<NextBand> {
    let above = visible.iter().find(|band| band.band > standing.band)?;
    let min = above.min?;
    let is_above = min.to_f64() > value.to_f64();
    is_above.then(|| NextBand {
        band: above.band,
        from: style.min(min),
    })
}

fn unbanded(peers: u32) -> String {
    match peers {
        0 => "No partner has a value here.".to_owned(),
        peers if peers < BANDED_PEERS_MIN => format!(
            "There are no bands: only {} {} a value here, and bands need at least {BANDED_PEERS_MIN}.",
            band::partners(peers),
            if peers == 1 { "has" } else { "have" },
        ),
        peers => format!(
            "There are no bands: all {} with a value here have the same.",
            band::partners(peers)
        ),
    }
}

fn withheld(release: &Release) -> String {
    let more = match release.ranges.into() {
        Ranges::Exact | Ranges::Rounded => "",
        Ranges::Protected => {
            ". They are withheld too where one partner could work another\u{2019}s figure out from them"
        }
    };
    format!(
        "Withheld. To protect every partner's figures, bands and ranks are shown only where at least {} partners have a \
         value and each band holds at least {} of them; companies of one owner count once{more}.",
        release.min_peers, release.min_band_members
    )
}

fn no_value(metric: Metric, card: &Card) -> &'static str {
    // A partner that only holds certificates has no other value, not even a sum of nothing.
    let has_facts = card.scorecard.measures[Metric::Revenue.index()]
        .value
        .is_some();
    match metric {
        _ if !has_facts => "None of your customers here had any activity in these twelve months.",
        Metric::MauPerAssignedSeat => "None of your customers here has a seat assigned.",
        Metric::NetPromoterScore => "None of your customers here answered a survey.",
        _ => "There is nothing to compute it from.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_bands_are_explained() {
        assert_eq!(
            unbanded(1),
            "There are no bands: only 1 partner has a value here, and bands need at least 4."
        );
        assert_eq!(
            unbanded(4),
            "There are no bands: all 4 partners with a value here have the same."
        );
        assert_eq!(unbanded(0), "No partner has a value here.");
    }
}
