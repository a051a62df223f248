//! To whom a fact belongs: the partner of record, and the facts of the window with theirs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::date::Date;
use crate::program::{
    AssociationRow, InstanceRow, RevenueRow, SeatChangeRow, SubscriptionRow, SurveyRow, UsageRow,
};
use crate::settle::{Fact, Settled};
use crate::window::Window;

/// A fact and the one partner it counts for.
#[derive(Debug)]
pub struct Attributed<'a, Row> {
    pub partner_id: &'a str,
    pub row: &'a Row,
}

/// Every fact of a customer inside the window that has a partner of record. Of state facts only the newest observations.
#[derive(Debug)]
pub struct WindowFacts<'a> {
    pub revenue: Vec<Attributed<'a, RevenueRow>>,
    pub seat_changes: Vec<Attributed<'a, SeatChangeRow>>,
    pub subscriptions: Vec<Attributed<'a, SubscriptionRow>>,
    pub usage: Vec<Attributed<'a, UsageRow>>,
    pub instances: Vec<Attributed<'a, InstanceRow>>,
    pub surveys: Vec<Attributed<'a, SurveyRow>>,
}

impl<'a> WindowFacts<'a> {
    pub fn of(settled: &Settled<'a>, window: Window) -> Self {
        let subscriptions =
            newest_in_window(&settled.subscriptions, window, |row| &row.subscription_id);
        let instances = newest_in_window(&settled.instances, window, |row| {
            (&row.customer_id, &row.product_id, &row.workload_id)
        });
        WindowFacts {
            revenue: attribute(settled, &settled.revenue, window),
            seat_changes: attribute(settled, &settled.seat_changes, window),
            // State facts are attributed on the as-of date, not on the day they were observed.
            subscriptions: attribute_on(settled, subscriptions, |_| window.last),
            usage: attribute(settled, &settled.usage, window),
            instances: attribute_on(settled, instances, |_| window.last),
            surveys: attribute(settled, &settled.surveys, window),
        }
    }
}

/// The partner of record of a customer on a day, for a fact with that workload or with none.
pub fn partner_of_record<'a>(
    settled: &Settled<'a>,
    customer_id: &str,
    workload_id: Option<&str>,
    day: Date,
) -> Option<&'a str> {
    let precedence = &settled.settings.association_precedence;
    settled
        .associations
        .iter()
        .filter(|association| association.customer_id == customer_id)
        .filter(|association| holds_on(association, day) && covers(association, workload_id))
        .filter_map(|association| {
            let strength = precedence
                .iter()
                .position(|counts| *counts == association.association_type)?;
            Some((strength, association))
        })
        .min_by_key(|(strength, association)| {
            let unnamed = association.workload_id.is_none();
            (
                *strength,
                unnamed,
                Reverse(association.starts_on),
                &association.partner_id,
            )
        })
        .map(|(_, association)| &*association.partner_id)
}

fn holds_on(association: &AssociationRow, day: Date) -> bool {
    association.starts_on <= day && association.ends_on.is_none_or(|ends_on| day < ends_on)
}

fn covers(association: &AssociationRow, workload_id: Option<&str>) -> bool {
    association.workload_id.is_none() || association.workload_id.as_deref() == workload_id
}

fn attribute<'a, Row: Fact>(
    settled: &Settled<'a>,
    rows: &[&'a Row],
    window: Window,
) -> Vec<Attributed<'a, Row>> {
    let inside = rows
        .iter()
        .copied()
        .filter(|row| window.holds(row.day()))
        .collect();
    attribute_on(settled, inside, Row::day)
}

fn attribute_on<'a, Row: Fact>(
    settled: &Settled<'a>,
    rows: Vec<&'a Row>,
    day: impl Fn(&Row) -> Date,
) -> Vec<Attributed<'a, Row>> {
    rows.into_iter()
        .filter_map(|row| {
            let partner_id =
                partner_of_record(settled, row.customer_id(), row.workload_id(), day(row))?;
            Some(Attributed { partner_id, row })
        })
        .collect()
}

/// For each key the newest observation in the window. The days of one key differ, as the day is part of the dataset's key.
fn newest_in_window<'a, Row: Fact, Key: Ord>(
    rows: &[&'a Row],
    window: Window,
    key: impl Fn(&'a Row) -> Key,
) -> Vec<&'a Row> {
    let mut newest: BTreeMap<Key, &Row> = BTreeMap::new();
    for row in rows.iter().copied().filter(|row| window.holds(row.day())) {
        let held = newest.entry(key(row)).or_insert(row);
        if row.day() > held.day() {
            *held = row;
        }
    }
    newest.into_values().collect()
}
