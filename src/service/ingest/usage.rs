//! Columns of usage to rows as stored. What a row names is mostly what the row before it names, so that most ids are not
//! even looked at.

use facts::UsageRow;
use intake::UsageRows;
use rustc_hash::FxHashMap;

use super::known::Known;
use crate::service::hashing::HashingKey;

/// What is kept from one group of rows to the next: room.
#[derive(Debug, Default)]
pub(super) struct UsageColumns {
    /// The marks of customers that are not those of the row before, and in which row.
    marks: Vec<u128>,
    rows: Vec<usize>,
    /// By the marks of product and workload, which mean the same within a group only.
    offerings: FxHashMap<(u128, u128), u32>,
}

impl UsageColumns {
    /// The rows as stored; nothing where one of them names something that is unknown.
    pub(super) fn look_up(
        &mut self,
        rows: &UsageRows<'_>,
        known: &Known,
        key: &HashingKey,
    ) -> Option<Vec<UsageRow>> {
        let UsageColumns {
            marks: customers,
            rows: firsts,
            offerings,
        } = self;
        customers.clear();
        firsts.clear();
        offerings.clear();
        for at in 0..rows.len() {
            let mark = rows.customer_id.mark(at);
            if customers.last() != Some(&mark) {
                customers.push(mark);
                firsts.push(at);
            }
        }
        let customers = known.customers(customers, |at| rows.customer_id.text(firsts[at]))?;
        let ends = firsts.iter().skip(1).copied().chain([rows.len()]);
        let mut found = Vec::with_capacity(rows.len());
        // Those of the row before, with their marks.
        let mut user: Option<(u128, u64)> = None;
        let mut offering: Option<((u128, u128), u32)> = None;
        for (customer, end) in customers.into_iter().zip(ends) {
            for at in found.len()..end {
                let mark = rows.user_id.mark(at);
                let hash = match user {
                    Some((before, hash)) if before == mark => hash,
                    _ => key.hash_64(rows.user_id.text(at)),
                };
                user = Some((mark, hash));
                let workload = rows.workload_id.map_or(0, |texts| texts.mark(at));
                let marks = (rows.product_id.mark(at), workload);
                let number = match offering {
                    Some((before, number)) if before == marks => number,
                    _ => number_of(offerings, rows, at, marks, known)?,
                };
                offering = Some((marks, number));
                found.push(UsageRow {
                    customer,
                    user: hash,
                    offering: number,
                    active_on: rows.active_on(at),
                });
            }
        }
        Some(found)
    }
}

/// The number of the offering that a row names.
fn number_of(
    offerings: &mut FxHashMap<(u128, u128), u32>,
    rows: &UsageRows<'_>,
    at: usize,
    marks: (u128, u128),
    known: &Known,
) -> Option<u32> {
    if let Some(number) = offerings.get(&marks) {
        return Some(*number);
    }
    let product_id = rows.product_id.text(at);
    let product = known.ids.products.get(product_id)?;
    let workload_id = rows.workload_id.map_or("", |texts| texts.text(at));
    let number = if workload_id.is_empty() {
        product
    } else {
        let (workload, belongs) = known.ids.workloads.get(workload_id)?;
        if belongs != product_id {
            return None;
        }
        workload
    };
    let number = number.unsigned_abs();
    offerings.insert(marks, number);
    Some(number)
}
