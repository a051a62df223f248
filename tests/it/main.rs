//! Everything that needs a running server or a database.

mod agree;
mod broken_store;
mod cli;
mod formats;
mod graphql;
mod harness;
mod jobs;
mod kill;
mod start;
mod sweep;
mod workspace;
