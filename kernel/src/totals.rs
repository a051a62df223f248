//! What one partner's facts add up to in one slice.

use crate::metric::{Metric, Value};

/// Sums and distinct counts that merge by addition. That they exist for a partner and a slice makes it a peer there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub revenue_ten_thousandths: i128,
    pub new_customers: i64,
    pub net_paid_seats: i64,
    pub production_instances: i64,
    /// Distinct users of the twelve months.
    pub yearly_users: i64,
    pub assigned_seats: i64,
    pub promoters: i64,
    pub detractors: i64,
    pub responses: i64,
}

impl Totals {
    pub fn add(&mut self, other: &Totals) {
        // Revenue is bounded by what `tally` admits: see `LARGEST_REVENUE` there.
        self.revenue_ten_thousandths += other.revenue_ten_thousandths;
        self.new_customers += other.new_customers;
        self.net_paid_seats += other.net_paid_seats;
        self.production_instances += other.production_instances;
        self.yearly_users += other.yearly_users;
        self.assigned_seats += other.assigned_seats;
        self.promoters += other.promoters;
        self.detractors += other.detractors;
        self.responses += other.responses;
    }
}

/// A peer's value of each metric.
#[must_use]
pub(crate) fn values(totals: &Totals, certified_people: i64) -> [Option<Value>; Metric::COUNT] {
    [
        Some(Value::money(totals.revenue_ten_thousandths)),
        Some(Value::whole(totals.new_customers)),
        Some(Value::whole(totals.net_paid_seats)),
        Some(Value::whole(certified_people)),
        Some(Value::whole(totals.production_instances)),
        Value::ratio(totals.yearly_users, 12),
        Value::ratio(totals.yearly_users, 12 * totals.assigned_seats),
        Value::ratio(totals.promoters - totals.detractors, totals.responses),
    ]
}

/// The values of a partner that has a counting pass in the offering and no fact: that one figure.
#[must_use]
pub(crate) fn certified_only_values(certified_people: i64) -> [Option<Value>; Metric::COUNT] {
    let mut values = [None; Metric::COUNT];
    values[Metric::CertifiedPeople.index()] = Some(Value::whole(certified_people));
    values
}
