//! Everything that needs a running server or a database.

mod graphql;
mod harness;
