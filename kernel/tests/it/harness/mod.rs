//! What the tests stand on: a run of the kernel, generated programs as such runs, and examples, whose facts and settings are
//! written as words and whose figures are checked one by one.

pub(crate) mod program;
mod rows;
pub(crate) mod run;
pub(crate) mod scene;

use std::collections::BTreeMap;

use peerband_kernel::{
    Exams, Facts, Metric, PeerBand, Ranges, ReleaseRules, Scorecard, SliceScores, Standing,
    Unpublishable, Value,
};

use run::Run;
use scene::{PARTNERS, catalog, currency, day, partner, slice, slice_name};

/// Each method that takes `rows` takes them one a line, words apart; `-` is none.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    run: Run,
    exam_names: Vec<String>,
    people: Vec<String>,
}

/// As of 2024-12-31, so that the window is the calendar year, with `c1` to `c16` at `p1` to `p16` for ever.
pub(crate) fn case() -> Case {
    (1..=PARTNERS).fold(bare_case(), |case, number| {
        case.associate(&format!("c{number} p{number} 0 - 1970-01-01 -"))
    })
}

/// As [`case`], but without associations.
pub(crate) fn bare_case() -> Case {
    let run = Run {
        as_of: day("2024-12-31"),
        catalog: catalog(),
        associations: Vec::new(),
        reporting_currency: currency("USD"),
        rates: Vec::new(),
        gap_days: 31,
        exams: Exams::default(),
        certifications: Vec::new(),
        facts: Facts::default(),
        subscriptions: Vec::new(),
        owners: (0..PARTNERS).collect(),
        release: ReleaseRules {
            min_peers: 10,
            min_band_members: 3,
            ranges: Ranges::Rounded,
        },
    };
    Case {
        run,
        exam_names: Vec::new(),
        people: Vec::new(),
    }
}

/// One metric of one scorecard, with what it says of its peers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    metric: Metric,
    pub(crate) value: Option<Value>,
    pub(crate) standing: Option<Standing>,
    pub(crate) peers: u32,
    pub(crate) released: bool,
}

impl Case {
    pub(crate) fn seen_on(mut self, date: &str) -> Case {
        self.run.as_of = day(date);
        self
    }

    pub(crate) fn gap_days(mut self, days: u32) -> Case {
        self.run.gap_days = days;
        self
    }

    pub(crate) fn release(mut self, min_peers: u32, min_band_members: u32) -> Case {
        self.run.release.min_peers = min_peers;
        self.run.release.min_band_members = min_band_members;
        self
    }

    /// Makes companies of one owner of these partners.
    pub(crate) fn group(mut self, partners: &str) -> Case {
        let members: Vec<_> = partners.split_whitespace().map(partner).collect();
        for member in &members {
            self.run.owners[member.0 as usize] = members[0].0;
        }
        self
    }

    /// The run that the example is, for tests that go on from it.
    pub(crate) fn into_run(self) -> Run {
        self.run
    }

    pub(crate) fn scores(&self) -> Result<Vec<SliceScores>, Unpublishable> {
        self.run.scores()
    }

    /// The value of `METRIC partner slice`, such as `REVENUE p1 P/W1 @FR`: nothing where it has none, `absent` where the
    /// partner has no scorecard. Money has four places; ratios are written as the contract makes them, such as `7/12`.
    #[track_caller]
    pub(crate) fn check(&self, figure: &str, expected: &str) -> &Case {
        let found = match self.measure(figure) {
            None => "absent".to_owned(),
            Some(measure) => measure.text(),
        };
        assert_eq!(found, expected, "{figure}");
        self
    }

    /// A figure named as in [`Case::check`]; none without a scorecard.
    #[track_caller]
    pub(crate) fn measure(&self, figure: &str) -> Option<Measure> {
        let (metric, rest) = figure.split_once(' ').unwrap();
        let (name, words) = rest.split_once(' ').unwrap_or((rest, ""));
        let metric = metric_named(metric);
        let at = metric.index();
        let scores = self.slice(words)?;
        let is_of = |card: &&Scorecard| card.partner == partner(name);
        let card = scores.scorecards.iter().find(is_of)?;
        Some(Measure {
            metric,
            value: card.values()[at],
            standing: card.standing(metric),
            peers: scores.peers[at],
            released: scores.released[at],
        })
    }

    /// All slices with the partners that have a scorecard there, in order: `P @FR: p1 p2`.
    #[track_caller]
    pub(crate) fn check_slices(&self, expected: &[&str]) {
        let scores = self.scores().unwrap();
        let found: Vec<String> = scores
            .iter()
            .map(|scores| {
                let cards = scores.scorecards.iter();
                let partners: String = cards
                    .map(|card| format!(" p{}", card.partner.0 + 1))
                    .collect();
                format!("{}:{partners}", slice_name(scores.slice))
            })
            .collect();
        assert_eq!(found, expected);
    }

    /// The currencies without a rate, each with its first day.
    #[track_caller]
    pub(crate) fn check_missing_rates(&self, expected: &[(&str, &str)]) {
        let expected: BTreeMap<_, _> = expected
            .iter()
            .map(|(code, date)| (currency(code), day(date)))
            .collect();
        assert_eq!(self.scores(), Err(Unpublishable::MissingRates(expected)));
    }

    /// The bands of a metric in a slice.
    #[track_caller]
    pub(crate) fn bands(&self, metric: &str, words: &str) -> Vec<PeerBand> {
        let metric = metric_named(metric);
        let mut bands = self.slice(words).unwrap().bands;
        bands.retain(|band| band.metric == metric);
        bands
    }

    #[track_caller]
    fn slice(&self, words: &str) -> Option<SliceScores> {
        let slice = slice(words);
        let scores = self.scores().unwrap();
        scores.into_iter().find(|scores| scores.slice == slice)
    }
}

impl Measure {
    /// The value as [`Case::check`] expects it.
    fn text(self) -> String {
        let Some(value) = self.value else {
            return String::new();
        };
        let (numerator, denominator) = (value.numerator(), value.denominator());
        match self.metric {
            Metric::Revenue => value.to_four_places(),
            metric if metric.is_whole() && denominator == 1 => numerator.to_string(),
            _ => format!("{numerator}/{denominator}"),
        }
    }
}

#[track_caller]
fn metric_named(name: &str) -> Metric {
    let known = Metric::ALL.into_iter().find(|metric| metric.name() == name);
    known.unwrap_or_else(|| panic!("no metric {name}"))
}
