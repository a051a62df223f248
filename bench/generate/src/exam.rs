//! Exams: one for each workload, and one for each product that counts for all its workloads.

use crate::LAST_DAY;
use crate::error::Error;
use crate::offering::{PRODUCT_IDS, PRODUCTS, WORKLOAD_IDS, WORKLOADS_PER_PRODUCT};
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};

pub(crate) const COUNT: usize = PRODUCTS * (WORKLOADS_PER_PRODUCT + 1);

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("exam_id"),
    Column::text("workload_id"),
    Column::optional_day("counts_until"),
];

/// The exam by its number: first those of products.
pub(crate) fn exam_id(exam: usize) -> String {
    match exam.checked_sub(PRODUCTS) {
        None => format!("exam-{}", PRODUCT_IDS[exam]),
        Some(workload) => {
            let (product, workload) = (
                workload / WORKLOADS_PER_PRODUCT,
                workload % WORKLOADS_PER_PRODUCT,
            );
            format!("exam-{}", WORKLOAD_IDS[product][workload])
        }
    }
}

pub(crate) fn write(_: &Program, sheet: &mut Sheet) -> Result<(), Error> {
    for (product, workloads) in WORKLOAD_IDS.iter().enumerate() {
        for (place, workload) in workloads.iter().enumerate() {
            // The last workload of every fourth product has left the product's exam before the last day.
            let is_over = product % 4 == 0 && place == WORKLOADS_PER_PRODUCT - 1;
            let until = is_over.then_some(kernel::Day(LAST_DAY.0 - 60));
            let own = exam_id(PRODUCTS + product * WORKLOADS_PER_PRODUCT + place);
            sheet.row(&[
                Cell::Text(&exam_id(product)),
                Cell::Text(workload),
                Cell::day(until),
            ])?;
            sheet.row(&[Cell::Text(&own), Cell::Text(workload), Cell::None])?;
        }
    }
    Ok(())
}
