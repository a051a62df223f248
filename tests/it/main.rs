//! Everything that needs a running server or a database.

mod agree;
mod graphql;
mod harness;
