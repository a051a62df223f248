//! The four bars of a measure.
//!
//! The partners stand in a row from the smallest value to the greatest; each bar covers those of its band, so that four
//! bars make a stair, and a mark shows where the partner itself stands.

use kernel::{Bound, Standing};

use crate::service::scope::VisibleBand;
use crate::web::number::{self, Style};

/// How many bands there are.
const BANDS: u8 = 4;

/// One band as the page shows it.
pub(super) struct BandView {
    /// 1 (lowest) to 4.
    pub(super) band: u8,
    /// What is special about the band; empty for those in between.
    pub(super) note: &'static str,
    pub(super) is_own: bool,
    /// None where the band is empty.
    pub(super) held: Option<Held>,
}

/// A band with partners in it.
pub(super) struct Held {
    pub(super) range: RangeView,
    /// Such as `12 partners`.
    pub(super) partners: String,
    /// Where the bar begins, in percent of the row of partners.
    pub(super) from: String,
    /// Where it ends.
    pub(super) to: String,
    pub(super) width: String,
    /// Where the partner stands, in its own band.
    pub(super) mark: Option<String>,
}

/// From where to where.
pub(super) enum RangeView {
    /// All values are the same.
    Single(End),
    Between(End, End),
    /// There is no telling how low it goes; all are below this.
    Below(End),
    /// There is no telling how high it goes.
    From(End),
    /// Neither.
    Open,
}

/// One end of a range.
pub(super) struct End {
    pub(super) text: String,
    /// As a program reads it: the shortest float.
    pub(super) value: String,
}

impl End {
    fn new(text: String, bound: Bound) -> End {
        End {
            text,
            value: bound.to_f64().to_string(),
        }
    }
}

/// The four bands, the highest first. Where ranks are withheld, there is no mark.
pub(super) fn bands(
    visible: &[VisibleBand],
    standing: Option<Standing>,
    is_ranked: bool,
    style: Style,
) -> Vec<BandView> {
    let all: u32 = visible.iter().map(|band| band.partners).sum();
    let view = |number: u8| {
        let own = standing.filter(|standing| standing.band == number);
        let band = visible.iter().find(|band| band.band == number);
        let below = visible.iter().filter(|band| band.band < number);
        let from = below.map(|band| band.partners).sum::<u32>();
        BandView {
            band: number,
            note: match number {
                1 => "lowest",
                BANDS => "highest",
                _ => "",
            },
            is_own: own.is_some(),
            held: band.map(|band| Held {
                range: range(band, style),
                partners: partners(band.partners),
                from: place(from, all),
                to: place(from + band.partners, all),
                width: place(band.partners, all),
                mark: own
                    .filter(|_| is_ranked)
                    .map(|standing| place(standing.less, all)),
            }),
        }
    };
    (1..=BANDS).rev().map(view).collect()
}

fn range(band: &VisibleBand, style: Style) -> RangeView {
    let (min, max) = (band.min, band.max);
    let min = min.map(|min| (min, End::new(style.min(min), min)));
    match (min, max) {
        (Some((same, min)), Some(max)) if same == max => RangeView::Single(min),
        (Some((_, min)), Some(max)) => RangeView::Between(min, End::new(style.max(max), max)),
        // The one end there is names the currency.
        (None, Some(max)) => RangeView::Below(End::new(style.min(max), max)),
        (Some((_, min)), None) => RangeView::From(min),
        (None, None) => RangeView::Open,
    }
}

/// So many partners, in words.
pub(super) fn partners(count: u32) -> String {
    let noun = if count == 1 { "partner" } else { "partners" };
    format!("{} {noun}", number::count(count.into()))
}

/// A share in percent, with two places: finer than a screen shows.
fn place(part: u32, all: u32) -> String {
    let hundredths = 10_000 * u64::from(part) / u64::from(all.max(1));
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Value};

    use super::*;
    use crate::service::metric::Unit;

    fn band(band: u8, min: i64, max: i64, partners: u32) -> VisibleBand {
        VisibleBand {
            band,
            min: Some(Bound::Exact(Value::whole(min))),
            max: Some(Bound::Exact(Value::whole(max))),
            partners,
        }
    }

    fn view(visible: &[VisibleBand], standing: Option<Standing>) -> Vec<BandView> {
        bands(
            visible,
            standing,
            true,
            Style::new(Unit::Seats, Currency(*b"USD")),
        )
    }

    #[test]
    fn bars_make_a_stair_and_the_own_one_is_marked() {
        let visible = [
            band(1, 0, 4, 3),
            band(2, 5, 5, 2),
            band(3, 6, 9, 2),
            band(4, 10, 1_000, 1),
        ];
        let standing = Standing {
            band: 3,
            rank: 3,
            less: 5,
        };
        let bars = view(&visible, Some(standing));
        let places: Vec<_> = bars
            .iter()
            .map(|bar| {
                let held = bar.held.as_ref().unwrap();
                (bar.band, held.from.as_str(), held.to.as_str(), bar.is_own)
            })
            .collect();
        assert_eq!(
            places,
            [
                (4, "87.50", "100.00", false),
                (3, "62.50", "87.50", true),
                (2, "37.50", "62.50", false),
                (1, "0.00", "37.50", false),
            ]
        );
        let held = |at: usize| bars[at].held.as_ref().unwrap();
        assert_eq!(held(1).mark.as_deref(), Some("62.50"));
        assert_eq!(held(0).partners, "1 partner");
        let RangeView::Between(min, max) = &held(0).range else {
            panic!("two unlike ends");
        };
        assert_eq!((min.text.as_str(), max.text.as_str()), ("10", "1,000"));
        assert!(matches!(held(2).range, RangeView::Single(_)));
    }

    #[test]
    fn a_band_without_partners_has_no_bar() {
        let bars = view(&[band(1, 0, 0, 7), band(4, 5, 8, 1)], None);
        let held: Vec<bool> = bars.iter().map(|bar| bar.held.is_some()).collect();
        assert_eq!(held, [true, false, false, true]);
        assert!(bars.iter().all(|bar| !bar.is_own));
    }
}
