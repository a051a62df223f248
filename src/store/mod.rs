//! Every query of the SQL store, by noun. Nothing above this module names SeaORM.

pub mod api_key;
pub mod audit;
pub mod batch;
mod bulk;
pub mod change;
pub mod claim;
pub mod customer;
pub mod db;
pub mod dump;
pub mod inputs;
pub mod job_run;
pub mod kept;
pub mod loader;
pub mod location;
pub mod manifest;
pub mod merged_file;
pub mod offering;
mod packed;
pub mod paging;
pub mod partner;
pub mod partner_slice;
pub mod peer_band;
pub mod peer_group;
pub mod publication;
pub mod reference;
pub mod release_report;
pub mod rights;
pub mod scorecard;
pub mod seed;
pub mod session;
pub mod slice;
pub mod snapshot;
pub mod uncounted_file;

pub use db::{Db, StoreError, Transaction};
