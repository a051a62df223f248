//! One run of the kernel, from plain rows to what is published.

use std::convert::Infallible;

use peerband_kernel::{
    Association, Associations, Bucket, Catalog, Certification, Currency, Day, Exams, Facts,
    NewestSubscriptions, Offering, Partner, Rates, ReleaseRules, Rules, Scoring, Slice,
    SliceScores, Subscription, Tally, Totals, Unpublishable, Window, certified_people,
};

/// Everything a run reads, in any order.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) as_of: Day,
    pub(crate) catalog: Catalog,
    pub(crate) associations: Vec<Association>,
    pub(crate) reporting_currency: Currency,
    /// Currency, day, billionths.
    pub(crate) rates: Vec<(Currency, Day, i128)>,
    pub(crate) gap_days: u32,
    pub(crate) exams: Exams,
    pub(crate) certifications: Vec<Certification>,
    pub(crate) facts: Facts,
    /// All observations, several for a subscription.
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) owners: Vec<u32>,
    pub(crate) release: ReleaseRules,
}

/// What [`Tally::finish`] gives, all of it.
pub(crate) type Rows = Vec<(Slice, Partner, Totals)>;

impl Run {
    pub(crate) fn window(&self) -> Window {
        Window::ending(self.as_of)
    }

    /// The facts and newest subscriptions of some customers.
    pub(crate) fn part(&self, takes: impl Fn(u32) -> bool) -> (Facts, Vec<Subscription>) {
        let mut facts = self.facts.clone();
        facts.revenue.retain(|row| takes(row.customer.0));
        facts.seat_changes.retain(|row| takes(row.customer.0));
        facts.usage.retain(|row| takes(row.customer.0));
        facts.instances.retain(|row| takes(row.customer.0));
        facts.surveys.retain(|row| takes(row.customer.0));
        let mut newest = NewestSubscriptions::new(self.window(), 0);
        for row in &self.subscriptions {
            let read = || Ok::<_, Infallible>((*row, (0, 0)));
            let Ok(()) = newest.observe(row.subscription, row.observed_on, read);
        }
        let mut subscriptions = newest.finish();
        subscriptions.retain(|row| takes(row.customer.0));
        (facts, subscriptions)
    }

    /// Tallies as `walk` does, which is given the rules of this run.
    pub(crate) fn tally_by(&self, walk: impl FnOnce(&Rules<'_>) -> Tally) -> Tally {
        let associations = Associations::new(self.associations.clone());
        let rates = Rates::new(self.reporting_currency, self.rates.iter().copied());
        walk(&Rules {
            window: self.window(),
            catalog: &self.catalog,
            associations: &associations,
            rates: &rates,
            new_customer_gap_days: self.gap_days,
        })
    }

    /// The totals of some customers.
    pub(crate) fn totals_of(&self, takes: impl Fn(u32) -> bool) -> Result<Rows, Unpublishable> {
        let (facts, subscriptions) = self.part(takes);
        let tally = self.tally_by(|rules| {
            let mut tally = Tally::default();
            tally.add(rules, &Bucket::new(facts));
            tally.add_subscriptions(rules, &subscriptions);
            tally
        });
        Ok(tally.finish()?.rows())
    }

    pub(crate) fn totals(&self) -> Result<Rows, Unpublishable> {
        self.totals_of(|_| true)
    }

    pub(crate) fn score(&self, totals: &Rows) -> Vec<SliceScores> {
        self.score_by(|scoring| scoring.score(totals).collect())
    }

    /// The same with each offering scored in so many stretches of its locations.
    pub(crate) fn score_in_stretches(&self, totals: &Rows, stretches: usize) -> Vec<SliceScores> {
        self.score_by(|scoring| {
            let offerings = (0..self.catalog.offerings()).map(|at| Offering(at as u32));
            let each = offerings.flat_map(|offering| (0..stretches).map(move |at| (offering, at)));
            each.flat_map(|(offering, at)| {
                let of_offering = |row: &&(Slice, Partner, Totals)| row.0.offering == offering;
                let totals: Rows = totals.iter().filter(of_offering).copied().collect();
                scoring.score_offering(offering, &totals, (at, stretches))
            })
            .collect()
        })
    }

    fn score_by<T>(&self, score: impl FnOnce(Scoring<'_>) -> T) -> T {
        let certified =
            certified_people(&self.catalog, &self.exams, &self.certifications, self.as_of);
        score(Scoring {
            catalog: &self.catalog,
            certified: &certified,
            release: &self.release,
            owners: &self.owners,
        })
    }

    pub(crate) fn scores(&self) -> Result<Vec<SliceScores>, Unpublishable> {
        Ok(self.score(&self.totals()?))
    }
}
