//! From what the kernel scored to rows of the SQL store.

use entity::{peer_band, peer_group, scorecard};
use kernel::{Metric, SliceScores};

/// Where rows belong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) snapshot: i64,
    pub(super) slice: i32,
}

impl Place {
    pub(super) fn peer_groups(self, scores: &SliceScores) -> Vec<peer_group::Model> {
        let with_value = Metric::ALL
            .into_iter()
            .filter(|metric| scores.peers[metric.index()] > 0);
        with_value
            .map(|metric| peer_group::Model {
                snapshot: self.snapshot,
                slice: self.slice,
                metric: metric.index() as i16,
                peers: scores.peers[metric.index()].cast_signed(),
                released: scores.released[metric.index()],
            })
            .collect()
    }

    pub(super) fn peer_bands(self, scores: &SliceScores) -> Vec<peer_band::Model> {
        // Only ratios of 64-bit integers and fixed denominators occur, so that each fits.
        let denominator =
            |value: kernel::Value| i64::try_from(value.denominator()).unwrap_or(i64::MAX);
        let bands = scores.bands.iter();
        bands
            .map(|band| peer_band::Model {
                snapshot: self.snapshot,
                slice: self.slice,
                metric: band.metric.index() as i16,
                band: band.band.into(),
                min_numerator: band.min.numerator().to_string(),
                min_denominator: denominator(band.min),
                max_numerator: band.max.numerator().to_string(),
                max_denominator: denominator(band.max),
                partners: band.partners.cast_signed(),
            })
            .collect()
    }

    pub(super) fn scorecard(self, partner: i32, card: &kernel::Scorecard) -> scorecard::Model {
        let values = card.values();
        let float = |metric: Metric| values[metric.index()].map(kernel::Value::to_f64);
        let standing = |metric: Metric| card.standings[metric.index()];
        let band = |metric| standing(metric).map(|standing| i16::from(standing.band));
        let rank = |metric| standing(metric).map(|standing| standing.rank.cast_signed());
        let less = |metric| standing(metric).map(|standing| standing.less.cast_signed());
        let totals = card.totals.as_ref();
        scorecard::Model {
            snapshot: self.snapshot,
            slice: self.slice,
            partner,
            revenue_ten_thousandths: totals
                .map(|totals| totals.revenue_ten_thousandths.to_string()),
            yearly_users: totals.map(|totals| totals.yearly_users),
            assigned_seats: totals.map(|totals| totals.assigned_seats),
            promoters: totals.map(|totals| totals.promoters),
            detractors: totals.map(|totals| totals.detractors),
            responses: totals.map(|totals| totals.responses),
            revenue: float(Metric::Revenue),
            new_customers: totals.map(|totals| totals.new_customers),
            net_paid_seats: totals.map(|totals| totals.net_paid_seats),
            certified_people: card.certified_people,
            production_instances: totals.map(|totals| totals.production_instances),
            monthly_active_users: float(Metric::MonthlyActiveUsers),
            mau_per_assigned_seat: float(Metric::MauPerAssignedSeat),
            net_promoter_score: float(Metric::NetPromoterScore),
            revenue_band: band(Metric::Revenue),
            revenue_rank: rank(Metric::Revenue),
            revenue_less: less(Metric::Revenue),
            new_customers_band: band(Metric::NewCustomers),
            new_customers_rank: rank(Metric::NewCustomers),
            new_customers_less: less(Metric::NewCustomers),
            net_paid_seats_band: band(Metric::NetPaidSeats),
            net_paid_seats_rank: rank(Metric::NetPaidSeats),
            net_paid_seats_less: less(Metric::NetPaidSeats),
            certified_people_band: band(Metric::CertifiedPeople),
            certified_people_rank: rank(Metric::CertifiedPeople),
            certified_people_less: less(Metric::CertifiedPeople),
            production_instances_band: band(Metric::ProductionInstances),
            production_instances_rank: rank(Metric::ProductionInstances),
            production_instances_less: less(Metric::ProductionInstances),
            monthly_active_users_band: band(Metric::MonthlyActiveUsers),
            monthly_active_users_rank: rank(Metric::MonthlyActiveUsers),
            monthly_active_users_less: less(Metric::MonthlyActiveUsers),
            mau_per_assigned_seat_band: band(Metric::MauPerAssignedSeat),
            mau_per_assigned_seat_rank: rank(Metric::MauPerAssignedSeat),
            mau_per_assigned_seat_less: less(Metric::MauPerAssignedSeat),
            net_promoter_score_band: band(Metric::NetPromoterScore),
            net_promoter_score_rank: rank(Metric::NetPromoterScore),
            net_promoter_score_less: less(Metric::NetPromoterScore),
        }
    }
}
