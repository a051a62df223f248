//! What is asked for over plain HTTP.

pub mod health;
