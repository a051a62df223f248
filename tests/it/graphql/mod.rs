//! The GraphQL API, one file for each noun.

mod api_key;
mod batch;
mod connection;
mod failure;
mod filters;
mod graphiql;
mod guard;
mod http;
mod job_run;
mod location;
mod measure;
mod mutation;
mod node;
mod paging;
mod partner;
mod peer_band;
mod persisted;
mod product;
mod program;
mod protected;
mod schema;
mod scorecard;
mod snapshot;
mod statements;
mod subscription;
mod tour;
