//! Everything that needs a running server or a database.

mod agree;
mod cli;
mod graphql;
mod harness;
mod jobs;
mod workspace;
