//! A second, naive reading of DATA.md: plain rows in, exact snapshot out.
//!
//! Tests hold the product against this crate, so it shares no code with it and prefers the wording of DATA.md to speed: facts are
//! settled, attributed and then walked again for every slice, partner and metric. It checks no bounds and rejects no rows; a
//! [`Program`](program::Program) is taken to be valid, and [`strategy`] makes only valid ones.

pub mod attribution;
pub mod bands;
pub mod certified;
pub mod countries;
pub mod csv;
pub mod date;
pub mod evaluate;
pub mod export;
pub mod files;
pub mod metrics;
pub mod new_customers;
pub mod program;
pub mod ratio;
pub mod release;
pub mod revenue;
pub mod settle;
pub mod slice;
pub mod snapshot;
pub mod strategy;
pub mod window;
