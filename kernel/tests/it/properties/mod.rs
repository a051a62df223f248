//! What holds for any input: one module for each thing that it holds of.

use proptest::test_runner::Config;

mod attribution;
mod bands;
mod merging;
mod new_customers;
mod order;
mod ranges;
mod rates;
mod slices;
mod sums;
mod values;
mod window;

/// A failing case prints its input; there is no source folder beside an integration test to keep seeds in.
pub(crate) fn cases(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}
