//! Scalars of our own.

mod date;

pub use date::Date;
