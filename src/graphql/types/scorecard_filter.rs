//! Which scorecards, and in which order.

use async_graphql::{Enum, InputObject};

use super::metric::Metric;
use super::order::{Direction, check_parts};
use super::partner_filter::{Budget, PartnerFilter};
use crate::graphql::error::Failure;
use crate::store::paging::Float;
use crate::store::partner::PartnerField;
use crate::store::scorecard as store;
use crate::store::scorecard::ScorecardField;

/// Tests of one metric. All that are given must hold; none given holds always.
#[derive(InputObject, Clone, Debug)]
pub struct MeasureFilter {
    /// The metric.
    metric: Metric,
    /// The partner is in one of these bands, 1 (lowest) to 4. Without bands it is in none.
    band: Option<Vec<i32>>,
    /// There is a value and it is at least this, in the metric's unit; compared as 64-bit floats.
    min: Option<f64>,
    /// There is a value and it is at most this, in the metric's unit; compared as 64-bit floats.
    max: Option<f64>,
    /// True: there is a value. False: there is none.
    has_value: Option<bool>,
    /// There is a rank and it is at most this; 1 is the best.
    max_rank: Option<i32>,
    /// So many partners at least have a value in the slice.
    min_peers: Option<i32>,
    /// So many partners at most have a value in the slice.
    max_peers: Option<i32>,
}

/// Tests of a scorecard. All that are given must hold; none given holds always.
#[derive(InputObject, Clone, Debug, Default)]
pub struct ScorecardFilter {
    /// Tests of the partner.
    partner: Option<PartnerFilter>,
    /// Tests of one metric; those of several stand under `and`.
    measure: Option<MeasureFilter>,
    /// Each of these holds.
    and: Option<Vec<ScorecardFilter>>,
    /// At least one of these holds; none does where the list is empty.
    or: Option<Vec<ScorecardFilter>>,
    /// This does not hold.
    not: Option<Box<ScorecardFilter>>,
}

/// What scorecards can be sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScorecardOrderField {
    /// The partner's id of the sender, by its bytes.
    PartnerId,
    /// The partner's name.
    PartnerName,
    /// The partner's country.
    PartnerCountry,
    /// The partner type.
    PartnerType,
    /// The partner's tier.
    PartnerTier,
    /// The partner's group of companies of one owner.
    PartnerGroupId,
    /// The value of `metric`.
    Value,
    /// The rank in `metric`; 1 is the best.
    Rank,
}

/// One part of an order of scorecards. The partner's id decides between equals.
#[derive(InputObject, Clone, Copy, Debug)]
pub struct ScorecardOrder {
    /// What is compared.
    field: ScorecardOrderField,
    /// The metric that `VALUE` and `RANK` are about; not given for the others.
    metric: Option<Metric>,
    /// Which way.
    #[graphql(default)]
    direction: Direction,
}

impl ScorecardFilter {
    /// The filter as the store knows it.
    pub(in crate::graphql) fn resolve(self) -> Result<store::ScorecardFilter, Failure> {
        self.resolve_within(&mut Budget::new())
    }

    fn resolve_within(self, budget: &mut Budget) -> Result<store::ScorecardFilter, Failure> {
        budget.spend()?;
        let mut all = Vec::new();
        if let Some(partner) = self.partner {
            all.push(store::ScorecardFilter::Partner(
                partner.resolve_within(budget)?,
            ));
        }
        if let Some(measure) = self.measure {
            all.extend(measure.tests(budget)?);
        }
        for filter in self.and.unwrap_or_default() {
            all.push(filter.resolve_within(budget)?);
        }
        if let Some(filters) = self.or {
            let any = filters
                .into_iter()
                .map(|filter| filter.resolve_within(budget));
            all.push(store::ScorecardFilter::Any(any.collect::<Result<_, _>>()?));
        }
        if let Some(filter) = self.not {
            all.push(store::ScorecardFilter::Not(Box::new(
                filter.resolve_within(budget)?,
            )));
        }
        Ok(store::ScorecardFilter::All(all))
    }
}

impl MeasureFilter {
    fn tests(
        self,
        budget: &mut Budget,
    ) -> Result<impl Iterator<Item = store::ScorecardFilter>, Failure> {
        budget.spend()?;
        let metric = self.metric.into();
        let band = match self.band {
            Some(bands) => {
                let bands: Option<Vec<i16>> = bands.into_iter().map(band).collect();
                let bands = bands.filter(|bands| bands.len() <= 4).ok_or_else(|| {
                    Failure::BadInput(
                        "measure.band: name each band, 1 to 4, at most once".to_owned(),
                    )
                })?;
                Some(store::ScorecardFilter::Band(metric, bands))
            }
            None => None,
        };
        let min = self
            .min
            .map(|min| store::ScorecardFilter::Min(metric, Float(min)));
        let max = self
            .max
            .map(|max| store::ScorecardFilter::Max(metric, Float(max)));
        let has_value = self
            .has_value
            .map(|has| store::ScorecardFilter::HasValue(metric, has));
        let max_rank = self
            .max_rank
            .map(|max| store::ScorecardFilter::MaxRank(metric, max));
        let min_peers = self
            .min_peers
            .map(|min| store::ScorecardFilter::MinPeers(metric, min));
        let max_peers = self
            .max_peers
            .map(|max| store::ScorecardFilter::MaxPeers(metric, max));
        let tests = [band, min, max, has_value, max_rank, min_peers, max_peers];
        Ok(tests.into_iter().flatten())
    }
}

fn band(number: i32) -> Option<i16> {
    (1..=4).contains(&number).then_some(number as i16)
}

/// The order as the store knows it.
pub(in crate::graphql) fn resolve_order(
    order: Vec<ScorecardOrder>,
) -> Result<Vec<store::ScorecardOrder>, Failure> {
    check_parts(order.len())?;
    order.into_iter().map(resolve_part).collect()
}

fn resolve_part(part: ScorecardOrder) -> Result<store::ScorecardOrder, Failure> {
    let metric = part.metric.map(kernel::Metric::from);
    let field = match (part.field, metric) {
        (ScorecardOrderField::PartnerId, None) => ScorecardField::Partner(PartnerField::PartnerId),
        (ScorecardOrderField::PartnerName, None) => ScorecardField::Partner(PartnerField::Name),
        (ScorecardOrderField::PartnerCountry, None) => {
            ScorecardField::Partner(PartnerField::Country)
        }
        (ScorecardOrderField::PartnerType, None) => {
            ScorecardField::Partner(PartnerField::PartnerType)
        }
        (ScorecardOrderField::PartnerTier, None) => ScorecardField::Partner(PartnerField::Tier),
        (ScorecardOrderField::PartnerGroupId, None) => {
            ScorecardField::Partner(PartnerField::GroupId)
        }
        (ScorecardOrderField::Value, Some(metric)) => ScorecardField::Value(metric),
        (ScorecardOrderField::Rank, Some(metric)) => ScorecardField::Rank(metric),
        _ => {
            let message =
                "orderBy.metric: VALUE and RANK need a metric, the other fields take none";
            return Err(Failure::BadInput(message.to_owned()));
        }
    };
    Ok((field, part.direction.into()))
}
