//! A scorecard's row: which column holds what of each metric, and the exact values back from it.

use entity::scorecard::{Column, Model};
use kernel::{Metric, Standing, Value};

use super::{Measure, Scorecard, ScorecardKey};
use crate::store::StoreError;
use crate::store::paging::{Float, Key};
use crate::store::partner::PartnerKey;
use crate::store::slice::SliceKey;
use crate::store::snapshot::SnapshotKey;

pub(super) fn value_key(row: &Model, metric: Metric) -> Key {
    let float = |value: Option<f64>| value.map_or(Key::Null, |value| Key::Float(Float(value)));
    match metric {
        Metric::Revenue => float(row.revenue),
        Metric::NewCustomers => row.new_customers.into(),
        Metric::NetPaidSeats => row.net_paid_seats.into(),
        Metric::CertifiedPeople => row.certified_people.into(),
        Metric::ProductionInstances => row.production_instances.into(),
        Metric::MonthlyActiveUsers => float(row.monthly_active_users),
        Metric::MauPerAssignedSeat => float(row.mau_per_assigned_seat),
        Metric::NetPromoterScore => float(row.net_promoter_score),
    }
}

/// Band, rank and how many are smaller.
pub(super) fn standing_columns(
    row: &Model,
    metric: Metric,
) -> (Option<i16>, Option<i32>, Option<i32>) {
    match metric {
        Metric::Revenue => (row.revenue_band, row.revenue_rank, row.revenue_less),
        Metric::NewCustomers => (
            row.new_customers_band,
            row.new_customers_rank,
            row.new_customers_less,
        ),
        Metric::NetPaidSeats => (
            row.net_paid_seats_band,
            row.net_paid_seats_rank,
            row.net_paid_seats_less,
        ),
        Metric::CertifiedPeople => (
            row.certified_people_band,
            row.certified_people_rank,
            row.certified_people_less,
        ),
        Metric::ProductionInstances => (
            row.production_instances_band,
            row.production_instances_rank,
            row.production_instances_less,
        ),
        Metric::MonthlyActiveUsers => (
            row.monthly_active_users_band,
            row.monthly_active_users_rank,
            row.monthly_active_users_less,
        ),
        Metric::MauPerAssignedSeat => (
            row.mau_per_assigned_seat_band,
            row.mau_per_assigned_seat_rank,
            row.mau_per_assigned_seat_less,
        ),
        Metric::NetPromoterScore => (
            row.net_promoter_score_band,
            row.net_promoter_score_rank,
            row.net_promoter_score_less,
        ),
    }
}

pub(super) fn value_column(metric: Metric) -> Column {
    match metric {
        Metric::Revenue => Column::Revenue,
        Metric::NewCustomers => Column::NewCustomers,
        Metric::NetPaidSeats => Column::NetPaidSeats,
        Metric::CertifiedPeople => Column::CertifiedPeople,
        Metric::ProductionInstances => Column::ProductionInstances,
        Metric::MonthlyActiveUsers => Column::MonthlyActiveUsers,
        Metric::MauPerAssignedSeat => Column::MauPerAssignedSeat,
        Metric::NetPromoterScore => Column::NetPromoterScore,
    }
}

pub(super) fn band_column(metric: Metric) -> Column {
    match metric {
        Metric::Revenue => Column::RevenueBand,
        Metric::NewCustomers => Column::NewCustomersBand,
        Metric::NetPaidSeats => Column::NetPaidSeatsBand,
        Metric::CertifiedPeople => Column::CertifiedPeopleBand,
        Metric::ProductionInstances => Column::ProductionInstancesBand,
        Metric::MonthlyActiveUsers => Column::MonthlyActiveUsersBand,
        Metric::MauPerAssignedSeat => Column::MauPerAssignedSeatBand,
        Metric::NetPromoterScore => Column::NetPromoterScoreBand,
    }
}

pub(super) fn rank_column(metric: Metric) -> Column {
    match metric {
        Metric::Revenue => Column::RevenueRank,
        Metric::NewCustomers => Column::NewCustomersRank,
        Metric::NetPaidSeats => Column::NetPaidSeatsRank,
        Metric::CertifiedPeople => Column::CertifiedPeopleRank,
        Metric::ProductionInstances => Column::ProductionInstancesRank,
        Metric::MonthlyActiveUsers => Column::MonthlyActiveUsersRank,
        Metric::MauPerAssignedSeat => Column::MauPerAssignedSeatRank,
        Metric::NetPromoterScore => Column::NetPromoterScoreRank,
    }
}

pub(super) fn less_column(metric: Metric) -> Column {
    match metric {
        Metric::Revenue => Column::RevenueLess,
        Metric::NewCustomers => Column::NewCustomersLess,
        Metric::NetPaidSeats => Column::NetPaidSeatsLess,
        Metric::CertifiedPeople => Column::CertifiedPeopleLess,
        Metric::ProductionInstances => Column::ProductionInstancesLess,
        Metric::MonthlyActiveUsers => Column::MonthlyActiveUsersLess,
        Metric::MauPerAssignedSeat => Column::MauPerAssignedSeatLess,
        Metric::NetPromoterScore => Column::NetPromoterScoreLess,
    }
}

impl TryFrom<Model> for Scorecard {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Scorecard, StoreError> {
        let corrupt = |what: &str| {
            let (snapshot, slice, partner) = (row.snapshot, row.slice, row.partner);
            StoreError::Corrupt(format!(
                "{what} of partner {partner} in slice {slice} of snapshot {snapshot}"
            ))
        };
        let revenue = row
            .revenue_ten_thousandths
            .as_deref()
            .map(str::parse)
            .transpose();
        let revenue = revenue.map_err(|_| corrupt("revenue"))?.map(Value::money);
        let mut measures = [Measure::default(); Metric::COUNT];
        for metric in Metric::ALL {
            let value = match metric {
                Metric::Revenue => revenue,
                Metric::NewCustomers => row.new_customers.map(Value::whole),
                Metric::NetPaidSeats => row.net_paid_seats.map(Value::whole),
                Metric::CertifiedPeople => Some(Value::whole(row.certified_people)),
                Metric::ProductionInstances => row.production_instances.map(Value::whole),
                Metric::MonthlyActiveUsers => {
                    row.yearly_users.and_then(|users| Value::ratio(users, 12))
                }
                Metric::MauPerAssignedSeat => row
                    .yearly_users
                    .zip(row.assigned_seats)
                    .and_then(|(users, seats)| Value::ratio(users, seats.checked_mul(12)?)),
                Metric::NetPromoterScore => row
                    .promoters
                    .zip(row.detractors)
                    .zip(row.responses)
                    .and_then(|((promoters, detractors), responses)| {
                        Value::ratio(promoters - detractors, responses)
                    }),
            };
            let standing = match standing_columns(&row, metric) {
                (Some(band), Some(rank), Some(less)) => Some(Standing {
                    band: u8::try_from(band).map_err(|_| corrupt("band"))?,
                    rank: u32::try_from(rank).map_err(|_| corrupt("rank"))?,
                    less: u32::try_from(less).map_err(|_| corrupt("rank"))?,
                }),
                _ => None,
            };
            measures[metric.index()] = Measure { value, standing };
        }
        Ok(Scorecard {
            key: key(&row),
            measures,
        })
    }
}

pub(super) fn key(row: &Model) -> ScorecardKey {
    ScorecardKey {
        snapshot: SnapshotKey(row.snapshot),
        slice: SliceKey(row.slice),
        partner: PartnerKey(row.partner),
    }
}
