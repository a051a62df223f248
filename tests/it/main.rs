//! Everything that needs a running server or a database.

mod access;
mod agree;
mod attacker;
mod bench;
mod broken_store;
mod cli;
mod compact;
mod copies;
mod earlier;
mod explain;
mod formats;
mod graphql;
mod harness;
mod jobs;
mod kill;
mod reference;
mod rest;
mod start;
mod sweep;
mod web;
mod workspace;
