//! What is asked for over plain HTTP.

mod export;
mod slow;
