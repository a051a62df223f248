//! The fact store from outside: what was pushed is what is read, and nothing else is.

mod bucket;
mod compact;
mod crash;
mod damage;
mod harness;
mod prune;
mod round_trip;
mod settle;
mod usage;
