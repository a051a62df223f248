//! Columns of usage to rows as stored. What a row names is mostly what the row before it names, so that most ids are not
//! even looked at; the others are looked up by their mark, or by their text where that is long.

use facts::UsageRow;
use intake::{Dataset, UsageRows, short_mark};
use rustc_hash::FxHashMap;

use crate::service::hashing::HashingKey;
use crate::store::reference::Ids;

/// The numbers of short ids by their marks, and what the row before this one has named.
#[derive(Debug, Default)]
pub(super) struct UsageColumns {
    customers: FxHashMap<u128, u32>,
    /// By the marks of product and workload, as long as marks mean the same.
    offerings: FxHashMap<(u128, u128), u32>,
}

impl UsageColumns {
    pub(super) fn new(dataset: Dataset, ids: &Ids) -> UsageColumns {
        let mut columns = UsageColumns::default();
        if dataset == Dataset::Usage {
            let short =
                |(id, number): (&String, &i32)| Some((short_mark(id)?, number.unsigned_abs()));
            columns.customers = ids.customers.iter().filter_map(short).collect();
        }
        columns
    }

    /// The rows as stored; nothing where one of them names something that is unknown.
    pub(super) fn look_up(
        &mut self,
        rows: &UsageRows<'_>,
        ids: &Ids,
        key: &HashingKey,
    ) -> Option<Vec<UsageRow>> {
        self.offerings.clear();
        let mut found = Vec::with_capacity(rows.len());
        // No id has the mark of none, which these begin with.
        let (mut customer, mut user, mut offering) = ((0, 0), (0, 0), ((0, 0), 0));
        for at in 0..rows.len() {
            let mark = rows.customer_id.mark(at);
            if mark != customer.0 {
                customer = (mark, self.customer(rows, at, mark, ids)?);
            }
            let mark = rows.user_id.mark(at);
            if mark != user.0 {
                user = (mark, key.hash_64(rows.user_id.text(at)));
            }
            let workload = rows.workload_id.map_or(0, |texts| texts.mark(at));
            let marks = (rows.product_id.mark(at), workload);
            if marks != offering.0 {
                offering = (marks, self.offering(rows, at, marks, ids)?);
            }
            found.push(UsageRow {
                customer: customer.1,
                user: user.1,
                offering: offering.1,
                active_on: rows.active_on(at),
            });
        }
        Some(found)
    }

    fn customer(&self, rows: &UsageRows<'_>, at: usize, mark: u128, ids: &Ids) -> Option<u32> {
        if let Some(number) = self.customers.get(&mark) {
            return Some(*number);
        }
        let number = ids.customers.get(rows.customer_id.text(at))?;
        Some(number.unsigned_abs())
    }

    fn offering(
        &mut self,
        rows: &UsageRows<'_>,
        at: usize,
        marks: (u128, u128),
        ids: &Ids,
    ) -> Option<u32> {
        if let Some(number) = self.offerings.get(&marks) {
            return Some(*number);
        }
        let product_id = rows.product_id.text(at);
        let product = ids.products.get(product_id)?;
        let workload_id = rows.workload_id.map_or("", |texts| texts.text(at));
        let number = if workload_id.is_empty() {
            product
        } else {
            let (workload, belongs) = ids.workloads.get(workload_id)?;
            if belongs != product_id {
                return None;
            }
            workload
        };
        let number = number.unsigned_abs();
        self.offerings.insert(marks, number);
        Some(number)
    }
}
