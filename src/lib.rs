//! Peerband: facts of a partner program in, nightly scorecards with peer bands out.
//!
//! Modules in reading order; arrows point down. `ARCHITECTURE.md` has the picture and the rules.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod router;

pub mod gate;
pub mod graphql;
pub mod jobs;
pub mod listen;
pub mod rest;
pub mod web;

pub mod service;
pub mod store;

pub mod clock;
pub mod etag;
