//! What the server does by itself, and when. Cron only wakes; what is due is worked out from what is stored, so that a
//! wake-up that comes twice, late or never does no harm.

mod clean_up;
pub mod compact_facts;
pub mod recompute_snapshots;
mod schedule;

pub use schedule::Schedule;
