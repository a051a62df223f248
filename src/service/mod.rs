//! What the product does, by noun: the rules between those who ask and the stores.

pub mod absence;
pub mod audit;
pub mod compact;
mod copies;
pub mod due;
pub mod explain;
pub mod export;
pub mod feed;
pub mod finish;
pub mod hashing;
pub mod identity;
pub mod ingest;
pub mod language;
pub mod lock;
pub mod metric;
pub mod next_band;
pub mod night;
pub mod operation;
pub mod period;
pub mod recompute;
pub mod run;
pub mod scope;
pub mod sweep;
