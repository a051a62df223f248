//! Jobs: that each date gets exactly one run, whatever happens to the servers that run it.

mod claim;
mod compact_facts;
mod recompute_snapshots;
mod serve;
