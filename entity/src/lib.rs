//! The tables of the SQL store as SeaORM entities.
//!
//! Days are integers, counted from 1970-01-01, as everywhere below the edges of the product. Ids of the contract
//! (`partner_id`, `customer_id` …) are texts beside the dense integer keys that facts and rows refer to.
//!
//! The schema itself is made by the frozen steps in `migration`; an entity follows the newest of them.

pub mod api_key;
pub mod api_key_partner;
pub mod association;
pub mod audit_entry;
pub mod batch;
pub mod change_count;
pub mod customer;
pub mod exam;
pub mod exam_workload;
pub mod fact_file;
pub mod fx_rate;
pub mod input_copy;
pub mod job_run;
pub mod location;
pub mod merged_file;
pub mod merged_file_batch;
pub mod offering;
pub mod partner;
pub mod peer_band;
pub mod peer_group;
pub mod release_report;
pub mod scorecard;
pub mod session;
pub mod slice;
pub mod snapshot;
pub mod uncounted_file;
