//! The meaning of Peerband: facts in, measures and peer bands out.
//!
//! Pure functions over plain data. No input or output, clock, async, database or logging happens here; time and ids
//! are arguments, so that the same facts give the same bytes on any machine.

mod day;

pub use day::{Day, Month, NotADay, Window};
