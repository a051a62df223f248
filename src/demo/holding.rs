//! What customers hold: seats of a workload or a product, and how their number changed.

use kernel::Day;

use super::calendar::{Span, Stretch, plus, working_day};
use super::catalog::{Offering, PRODUCTS, WORKLOADS};
use super::customer::Customer;
use super::dice::Dice;

/// What a customer holds of one offering. No customer has two holdings of the same.
#[derive(Debug)]
pub(super) struct Holding {
    /// Its place among the customers.
    pub(super) customer: usize,
    pub(super) offering: Offering,
    pub(super) license: &'static str,
    pub(super) billing: Billing,
    /// 0 to 11: the month of the year in which it is renewed.
    pub(super) renewal_month: i32,
    /// How many of its seats are assigned to people.
    pub(super) assigned_share: f64,
    pub(super) instances_per_seat: f64,
    /// By day.
    pub(super) steps: Vec<Step>,
}

/// How often it is invoiced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Billing {
    Monthly,
    Quarterly,
    Yearly,
}

/// A change of its seats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) day: Day,
    pub(super) seats_added: u32,
    pub(super) seats_lost: u32,
    pub(super) paid: bool,
    pub(super) why: Why,
}

/// Why seats changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// They were held before the span.
    Opening,
    /// Unpaid, before the first purchase.
    Trial,
    Purchase,
    Change,
    Leaving,
}

impl Holding {
    /// Paid seats at the end of a day.
    pub(super) fn seats_on(&self, day: Day) -> u32 {
        let steps = self
            .steps
            .iter()
            .take_while(|step| step.day <= day)
            .filter(|step| step.paid);
        steps.fold(0, |seats, step| {
            (seats + step.seats_added).saturating_sub(step.seats_lost)
        })
    }

    /// Seats that people use.
    pub(super) fn assigned_on(&self, day: Day) -> u32 {
        (f64::from(self.seats_on(day)) * self.assigned_share).ceil() as u32
    }

    /// The day of the first paid seat.
    pub(super) fn held_since(&self) -> Option<Day> {
        self.steps
            .iter()
            .find(|step| step.paid && step.seats_added > 0)
            .map(|step| step.day)
    }

    /// The day on which the last seat was given up, where none is held any more on `day`.
    pub(super) fn left_on(&self, day: Day) -> Option<Day> {
        let last = self
            .steps
            .iter()
            .rev()
            .find(|step| step.paid && step.day <= day)?;
        (last.why == Why::Leaving).then_some(last.day)
    }

    /// Whether the month is among those in which the state of things is observed: every third.
    pub(super) fn observed_in(&self, month: &Stretch) -> bool {
        (month.first.month().0 - self.renewal_month).rem_euclid(3) == 0
    }
}

pub(super) fn make(customers: &[Customer], span: Span, seed: u64) -> Vec<Holding> {
    let mut dice = Dice::of(seed, "holdings");
    let months = span.months();
    let mut holdings = Vec::new();
    for (place, customer) in customers.iter().enumerate() {
        for (nth, offering) in choose_offerings(&mut dice).into_iter().enumerate() {
            let mut holding = make_one(place, offering, &mut dice);
            holding.steps = steps(customer, &holding, nth, span, &months, &mut dice);
            if !holding.steps.is_empty() {
                holdings.push(holding);
            }
        }
    }
    holdings
}

fn choose_offerings(dice: &mut Dice) -> Vec<Offering> {
    let mut offerings = Vec::new();
    for (place, product) in PRODUCTS.iter().enumerate() {
        if !dice.chance(product.reach) {
            continue;
        }
        if !product.runs_instances && dice.chance(0.16) {
            offerings.push(Offering {
                product: place,
                workload: None,
            });
            continue;
        }
        for workload in product.workloads {
            if dice.chance(WORKLOADS[*workload].reach) {
                offerings.push(Offering {
                    product: place,
                    workload: Some(*workload),
                });
            }
        }
    }
    if offerings.is_empty() {
        offerings.push(Offering {
            product: 0,
            workload: Some(0),
        });
    }
    // The first one is what the customer came for.
    dice.shuffle(&mut offerings);
    offerings
}

fn make_one(customer: usize, offering: Offering, dice: &mut Dice) -> Holding {
    let license = ["CSP", "EA", "DIRECT", "WEB"][dice.weighted(&[5.0, 3.0, 1.2, 0.5])];
    let billing = match license {
        "EA" => Billing::Yearly,
        "WEB" => Billing::Monthly,
        _ => {
            [Billing::Quarterly, Billing::Yearly, Billing::Monthly][dice.weighted(&[4.0, 4.0, 0.3])]
        }
    };
    // Most contracts were once signed at the end of a quarter.
    let renewal_month = if dice.chance(0.5) {
        2 + 3 * dice.between(0, 3)
    } else {
        dice.between(0, 11)
    };
    Holding {
        customer,
        offering,
        license,
        billing,
        renewal_month,
        assigned_share: dice.range(0.72, 1.0),
        instances_per_seat: dice.log_normal(0.7, 0.5),
        steps: Vec::new(),
    }
}

fn steps(
    customer: &Customer,
    holding: &Holding,
    nth: usize,
    span: Span,
    months: &[Stretch],
    dice: &mut Dice,
) -> Vec<Step> {
    let mut steps = Vec::new();
    // Instances need a few people to run them, whatever the customer's size.
    let wish = if holding.offering.runs_instances() {
        customer.seats.sqrt()
    } else {
        customer.seats
    };
    let first_seats = (wish * dice.log_normal(1.0, 0.35)).round().max(1.0) as u32;
    let mut seats = first_seats;
    let later = nth > 0 && dice.chance(0.22);
    let since = match customer.joined_on {
        None if !later => None,
        Some(day) if !later => Some(day),
        joined_on => Some(Day(
            dice.between(joined_on.unwrap_or(span.first).0, span.last.0)
        )),
    };
    let since = match (since, customer.absence) {
        // Nothing is bought while the customer is away.
        (Some(day), Some(absence)) if day >= absence.left_on => match absence.back_on {
            Some(back_on) => Some(day.max(back_on)),
            None => return steps,
        },
        _ => since,
    };
    match since {
        None => steps.push(step(span.opening(), seats, 0, Why::Opening)),
        Some(day) => {
            if dice.chance(0.12) && plus(day, -21) >= span.first {
                let trial = Step {
                    paid: false,
                    ..step(plus(day, -21), seats.min(5), 0, Why::Trial)
                };
                steps.push(trial);
                steps.push(Step {
                    day,
                    seats_added: 0,
                    seats_lost: trial.seats_added,
                    ..trial
                });
            }
            steps.push(step(day, seats, 0, Why::Purchase));
        }
    }
    let held_since = since.unwrap_or(span.opening());
    let leaving = leaving(customer, held_since, span, dice);
    let mut left = false;
    for month in months {
        let day = change_day(month, dice);
        if let Some(left_on) = leaving.filter(|left_on| !left && month.last >= *left_on) {
            left = true;
            steps.push(step(left_on, 0, seats, Why::Leaving));
            if let Some(back_on) = customer
                .absence
                .and_then(|absence| absence.back_on.filter(|_| absence.left_on == left_on))
            {
                seats = (f64::from(first_seats) * dice.range(0.5, 1.1)).ceil() as u32;
                steps.push(step(back_on, seats, 0, Why::Purchase));
            }
        } else if !left && day > held_since && dice.chance(change_chance(month)) {
            change(customer, day, span, &mut seats, &mut steps, dice);
        }
    }
    steps.sort_by_key(|step| step.day);
    steps
}

/// The day on which a holding is given up: with all others when the customer leaves, else rarely alone.
fn leaving(customer: &Customer, held_since: Day, span: Span, dice: &mut Dice) -> Option<Day> {
    let alone = dice.chance(0.055).then(|| span.any_day(dice));
    let left_on = customer.absence.map(|absence| absence.left_on).or(alone)?;
    (left_on > held_since).then_some(left_on)
}

fn change_day(month: &Stretch, dice: &mut Dice) -> Day {
    let day = month.any_day(dice);
    if dice.chance(0.9) {
        working_day(day).max(month.first)
    } else {
        day
    }
}

fn change_chance(month: &Stretch) -> f64 {
    if month.ends_quarter() { 0.25 } else { 0.15 }
}

/// More seats or fewer, as the customer's partner fares; the last one is kept.
fn change(
    customer: &Customer,
    day: Day,
    span: Span,
    seats: &mut u32,
    steps: &mut Vec<Step>,
    dice: &mut Dice,
) {
    let growth = customer.traits.growth_at(span.part(day));
    let amount = (f64::from(*seats) * (0.13 * dice.normal()).abs())
        .ceil()
        .max(1.0) as u32;
    if dice.chance((0.56 + 0.5 * growth).clamp(0.12, 0.93)) {
        *seats += amount;
        steps.push(step(day, amount, 0, Why::Change));
    } else {
        let lost = amount.min(*seats - 1);
        if lost > 0 {
            *seats -= lost;
            steps.push(step(day, 0, lost, Why::Change));
        }
    }
}

fn step(day: Day, seats_added: u32, seats_lost: u32, why: Why) -> Step {
    Step {
        day,
        seats_added,
        seats_lost,
        paid: true,
        why,
    }
}
