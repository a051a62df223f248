//! What the product does, by noun: the rules between those who ask and the stores.

pub mod export;
pub mod hashing;
pub mod ingest;
pub mod lock;
pub mod next_wake;
pub mod recompute;
pub mod sweep;
