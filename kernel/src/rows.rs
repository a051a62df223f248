//! Facts as the kernel reads them: dense, settled (one row for each key), in no particular order.

use crate::day::{Day, Month};
use crate::ids::{Currency, Customer, Offering, Partner};

/// One row of `revenue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revenue {
    pub customer: Customer,
    pub offering: Offering,
    pub occurred_on: Day,
    pub currency: Currency,
    pub counts_as_new: bool,
    pub amount_ten_thousandths: i128,
}

/// One row of `seat_changes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatChange {
    pub customer: Customer,
    pub offering: Offering,
    pub occurred_on: Day,
    pub paid: bool,
    pub seats_added: u32,
    pub seats_lost: u32,
}

/// One row of `subscriptions`. Rows of one subscription may name different customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// A hash of subscription_id.
    pub subscription: u128,
    pub observed_on: Day,
    pub customer: Customer,
    pub offering: Offering,
    /// The status is `active` or `grace`, so that its seats are assigned.
    pub counts: bool,
    pub seats_assigned: u32,
}

/// The days of one month on which one user was active in one offering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageMonth {
    pub customer: Customer,
    pub offering: Offering,
    /// A keyed hash of user_id; unique only within the customer.
    pub user: u64,
    pub month: Month,
    /// Bit 0 is the first of the month.
    pub days: u32,
}

/// One row of `instances`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instances {
    pub customer: Customer,
    pub offering: Offering,
    pub observed_on: Day,
    pub production_instances: u32,
}

/// One row of `surveys`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survey {
    pub customer: Customer,
    pub offering: Offering,
    pub responded_on: Day,
    /// 0 to 10.
    pub score: u8,
}

/// One row of `certifications`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certification {
    pub partner: Partner,
    /// A keyed hash of person_id.
    pub person: u128,
    /// The exam's place in [`crate::Exams`].
    pub exam: u32,
    pub passed_on: Day,
    /// The first day it no longer counts; [`Day::FOREVER`] where there is none.
    pub expires_on: Day,
}

/// The facts of some customers, by dataset. Subscriptions are not among them: the rows of one may name several customers,
/// see [`crate::NewestSubscriptions`].
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub revenue: Vec<Revenue>,
    pub seat_changes: Vec<SeatChange>,
    pub usage: Vec<UsageMonth>,
    pub instances: Vec<Instances>,
    pub surveys: Vec<Survey>,
}

impl Facts {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.revenue.len()
            + self.seat_changes.len()
            + self.usage.len()
            + self.instances.len()
            + self.surveys.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves all rows of another to the end.
    pub fn append(&mut self, other: &mut Facts) {
        self.revenue.append(&mut other.revenue);
        self.seat_changes.append(&mut other.seat_changes);
        self.usage.append(&mut other.usage);
        self.instances.append(&mut other.instances);
        self.surveys.append(&mut other.surveys);
    }

    /// Drops all rows and keeps their memory.
    pub fn clear(&mut self) {
        self.revenue.clear();
        self.seat_changes.clear();
        self.usage.clear();
        self.instances.clear();
        self.surveys.clear();
    }
}

/// A row that belongs to a customer.
pub(crate) trait OfCustomer {
    fn customer(&self) -> Customer;
}

macro_rules! of_customer {
    ($($row:ty),*) => { $(impl OfCustomer for $row {
        fn customer(&self) -> Customer {
            self.customer
        }
    })* };
}
of_customer!(
    Revenue,
    SeatChange,
    UsageMonth,
    Instances,
    Survey,
    Subscription
);
