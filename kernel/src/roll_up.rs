//! Totals of the locations above those where customers lie.

use crate::catalog::Catalog;
use crate::ids::{Location, Partner, Slice};
use crate::totals::Totals;

/// Adds each location's totals of one offering to those above it, and tells those of each location, which are in order of
/// partner. Both sides are in order of location. Told is one of so many stretches of the locations, which are about as much
/// work each.
pub(crate) fn roll_up(
    catalog: &Catalog,
    totals: &[(Slice, Partner, Totals)],
    (stretch, stretches): (usize, usize),
    mut tell: impl FnMut(Location, &[(Partner, Totals)]),
) {
    let own: Vec<&[(Slice, Partner, Totals)]> = totals
        .chunk_by(|a, b| a.0.location == b.0.location)
        .collect();
    // Of each location the places in `own` of those at and below it.
    let mut parts: Vec<(Location, usize)> = Vec::with_capacity(own.len() * 4);
    for (at, rows) in own.iter().enumerate() {
        let above = catalog.locations_above(rows[0].0.location);
        parts.extend(above.map(|location| (location, at)));
    }
    parts.sort_unstable();
    let mut rows = Vec::new();
    let mut sum = Sum::default();
    let rows_of =
        |parts: &[(Location, usize)]| -> usize { parts.iter().map(|(_, at)| own[*at].len()).sum() };
    let all_rows = rows_of(&parts);
    let mut rows_before = 0;
    for of_location in parts.chunk_by(|a, b| a.0 == b.0) {
        let is_told = rows_before * stretches / all_rows == stretch;
        rows_before += rows_of(of_location);
        if !is_told {
            continue;
        }
        rows.clear();
        if let [(_, only)] = of_location {
            rows.extend(
                own[*only]
                    .iter()
                    .map(|(_, partner, totals)| (*partner, *totals)),
            );
        } else {
            sum.totals.clear();
            for (_, part) in of_location {
                sum.add(own[*part]);
            }
            rows.extend(sum.take());
        }
        tell(of_location[0].0, &rows);
    }
}

/// The sum of several lists of totals by partner; its memory serves the next.
#[derive(Default)]
struct Sum {
    /// By partner: one more than the place in `totals`, 0 where it has none yet.
    places: Vec<u32>,
    partners: Vec<Partner>,
    totals: Vec<Totals>,
}

impl Sum {
    fn add(&mut self, rows: &[(Slice, Partner, Totals)]) {
        let partners = rows.last().map_or(0, |row| row.1.0 as usize + 1);
        if self.places.len() < partners {
            self.places.resize(partners, 0);
        }
        for (_, partner, totals) in rows {
            let place = &mut self.places[partner.0 as usize];
            match place.checked_sub(1) {
                Some(place) => self.totals[place as usize].add(totals),
                None => {
                    self.partners.push(*partner);
                    self.totals.push(*totals);
                    *place = self.totals.len() as u32;
                }
            }
        }
    }

    /// In order of partner.
    fn take(&mut self) -> impl Iterator<Item = (Partner, Totals)> + '_ {
        // Their numbers are sorted, since totals are large.
        self.partners.sort_unstable();
        let Sum {
            places,
            partners,
            totals,
        } = self;
        partners.drain(..).map(|partner| {
            // One more than the place of its totals, so that it is not 0.
            let place = std::mem::take(&mut places[partner.0 as usize]);
            (partner, totals[place as usize - 1])
        })
    }
}
