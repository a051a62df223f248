//! Scalars of our own.

mod count;
mod date;

pub use count::Count;
pub use date::Date;
