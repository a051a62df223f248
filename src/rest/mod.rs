//! What is asked for over plain HTTP.

pub mod export;
pub mod health;

mod media_type;
mod pieces;
mod problem;
