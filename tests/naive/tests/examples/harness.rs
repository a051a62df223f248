//! A small program to add rows to, and checks of single figures.
//!
//! Products `P` (workloads `W1`, `W2`) and `Q` (workload `V`). Customer `c1` is in Paris and `c2` in Lyon (FR, europe), `c3` in JP
//! (asia), `c4` in asia itself; `c1` to `c4` have `p1` to `p4` of record for ever, `c9` (Paris) nobody. `p5` has no customer.

use peerband_naive::date::Date;
use peerband_naive::evaluate::evaluate;
use peerband_naive::export::value_cell;
use peerband_naive::metrics::Metric;
use peerband_naive::program::*;
use peerband_naive::slice::{Offering, Slice};
use peerband_naive::snapshot::{Measure, Scorecard, Snapshot};

mod rows;

/// A program being written; each call of a dataset commits one batch. Rows are lines of words, `-` is none.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) program: Program,
    as_of: Date,
    batch: Option<String>,
}

pub(crate) fn case() -> Case {
    let mut program = Program::default();
    for product in ["P", "Q"] {
        program.products.push(ProductRow {
            product_id: text(product),
            name: text(product),
        });
    }
    for (workload, product) in [("W1", "P"), ("W2", "P"), ("V", "Q")] {
        program.workloads.push(WorkloadRow {
            workload_id: text(workload),
            product_id: text(product),
            name: text(workload),
        });
    }
    let places = [
        ("paris", "FR"),
        ("lyon", "FR"),
        ("FR", "europe"),
        ("JP", "asia"),
        ("europe", "-"),
        ("asia", "-"),
    ];
    for (location, parent) in places {
        program.locations.push(LocationRow {
            location_id: text(location),
            parent_id: optional(parent),
            name: text(location),
        });
    }
    for partner in ["p1", "p2", "p3", "p4", "p5"] {
        program.partners.push(partner_row(partner, None));
    }
    for (customer, location) in [
        ("c1", "paris"),
        ("c2", "lyon"),
        ("c3", "JP"),
        ("c4", "asia"),
        ("c9", "paris"),
    ] {
        program.customers.push(CustomerRow {
            customer_id: text(customer),
            location_id: text(location),
            name: None,
        });
    }
    let case = Case {
        program,
        as_of: day("2024-12-31"),
        batch: None,
    };
    case.associate(
        "c1 p1 DPOR - 2000-01-01 -
         c2 p2 DPOR - 2000-01-01 -
         c3 p3 DPOR - 2000-01-01 -
         c4 p4 DPOR - 2000-01-01 -",
    )
}

impl Case {
    pub(crate) fn seen_on(mut self, as_of: &str) -> Self {
        self.as_of = day(as_of);
        self
    }

    /// The id of the next batch; without it every batch has an id of its own.
    pub(crate) fn batch(mut self, batch: &str) -> Self {
        self.batch = Some(text(batch));
        self
    }

    pub(crate) fn delete(mut self, dataset: FactDataset, batch: &str) -> Self {
        self.program.uploads.push(FactUpload::Delete {
            dataset,
            batch: text(batch),
        });
        self
    }

    /// Association types that count, strongest first.
    pub(crate) fn precedence(mut self, types: &str) -> Self {
        self.program.settings.association_precedence =
            types.split(' ').map(association_type).collect();
        self
    }

    pub(crate) fn gap_days(mut self, days: u16) -> Self {
        self.program.settings.new_customer_gap_days = days;
        self
    }

    pub(crate) fn release(mut self, min_peers: u64, min_band_members: u64) -> Self {
        self.program.settings.min_peers = min_peers;
        self.program.settings.min_band_members = min_band_members;
        self
    }

    pub(crate) fn group(mut self, partner: &str, group: &str) -> Self {
        self.program
            .partners
            .push(partner_row(partner, optional(group)));
        self
    }

    pub(crate) fn move_customer(mut self, customer: &str, location: &str) -> Self {
        self.program.customers.push(CustomerRow {
            customer_id: text(customer),
            location_id: text(location),
            name: None,
        });
        self
    }

    fn store(mut self, rows: FactRows) -> Self {
        let batch = self
            .batch
            .take()
            .unwrap_or_else(|| format!("#{}", self.program.uploads.len()));
        self.program.uploads.push(FactUpload::Store { batch, rows });
        self
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        evaluate(&self.program, self.as_of).unwrap()
    }

    /// The currencies that stop publication, each with its first day.
    #[track_caller]
    pub(crate) fn check_missing(&self, expected: &[(&str, &str)]) {
        let missing = evaluate(&self.program, self.as_of).unwrap_err();
        let missing: Vec<_> = missing
            .iter()
            .map(|missing| (&*missing.currency, missing.first_date))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(currency, date)| (*currency, day(date)))
            .collect();
        assert_eq!(missing, expected);
    }

    /// The value as an export writes it: `figure` is a metric, a partner, and if need be an offering (`P`, `P/W1`) and a location
    /// (`@FR`). An empty text is no value, `absent` no scorecard.
    #[track_caller]
    pub(crate) fn check(&self, figure: &str, expected: &str) -> &Self {
        let (metric, partner, slice) = parse(figure);
        let value = match self.snapshot().scorecard(&slice, partner) {
            None => text("absent"),
            Some(card) => card
                .measure(metric)
                .value
                .map_or_else(String::new, |value| value_cell(metric, value)),
        };
        assert_eq!(value, expected, "{figure}");
        self
    }

    /// The whole measure, named as in `check`.
    #[track_caller]
    pub(crate) fn measure(&self, figure: &str) -> Measure {
        let (metric, partner, slice) = parse(figure);
        *self
            .snapshot()
            .scorecard(&slice, partner)
            .unwrap()
            .measure(metric)
    }

    /// The partners with a scorecard in a slice, as in `check` but without a metric and a partner.
    #[track_caller]
    pub(crate) fn check_scorecards(&self, slice: &str, partners: &str) -> &Self {
        let slice = parse_slice(slice.split_whitespace());
        let snapshot = self.snapshot();
        let cards: Vec<&Scorecard> = snapshot
            .scorecards
            .iter()
            .filter(|card| card.slice == slice)
            .collect();
        assert_eq!(
            cards
                .iter()
                .map(|card| &*card.partner_id)
                .collect::<Vec<_>>()
                .join(" "),
            partners
        );
        self
    }
}

pub(crate) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn parse(figure: &str) -> (Metric, &str, Slice) {
    let mut words = figure.split_whitespace();
    let metric = words.next().unwrap();
    let metric = *Metric::ALL
        .iter()
        .find(|known| known.name() == metric)
        .unwrap();
    (metric, words.next().unwrap(), parse_slice(words))
}

fn parse_slice<'a>(words: impl Iterator<Item = &'a str>) -> Slice {
    let mut slice = Slice::default();
    for word in words {
        if let Some(location) = word.strip_prefix('@') {
            slice.location_id = Some(text(location));
        } else {
            let mut ids = word.split('/').map(text);
            slice.offering = Offering {
                product_id: ids.next(),
                workload_id: ids.next(),
            };
        }
    }
    slice
}

/// Each line as so many words.
fn words<const COUNT: usize>(lines: &str) -> impl Iterator<Item = [&str; COUNT]> {
    lines.lines().map(|line| {
        line.split_whitespace()
            .collect::<Vec<_>>()
            .try_into()
            .expect(line)
    })
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn optional(word: &str) -> Option<String> {
    (word != "-").then(|| text(word))
}

fn optional_day(word: &str) -> Option<Date> {
    (word != "-").then(|| day(word))
}

fn flag(word: &str) -> Option<bool> {
    (word != "-").then(|| word.parse().unwrap())
}

fn association_type(name: &str) -> AssociationType {
    *AssociationType::ALL
        .iter()
        .find(|known| known.name() == name)
        .unwrap()
}

fn partner_row(partner_id: &str, group_id: Option<String>) -> PartnerRow {
    PartnerRow {
        partner_id: text(partner_id),
        name: text(partner_id),
        country: text("FR"),
        partner_type: None,
        tier: None,
        group_id,
    }
}
