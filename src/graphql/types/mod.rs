//! The types of the schema, one file for each noun. Their descriptions are the API's manual.

pub mod absence;
pub mod api_key;
pub mod audit_entry;
pub mod batch;
pub mod change;
pub mod job;
pub mod job_run;
pub mod language;
pub mod location;
pub mod measure;
pub mod metric;
pub mod next_band;
pub mod node;
pub mod order;
pub mod partner;
pub mod partner_filter;
pub mod peer_group;
pub mod product;
pub mod program;
pub mod scorecard;
pub mod scorecard_filter;
pub mod settings;
pub mod slice;
pub mod snapshot;
pub mod trend;
pub mod viewer;
