//! The kernel's tests from outside: examples worked by hand, properties, and agreement with the naive reading.

mod agree;
mod examples;
mod harness;
mod properties;
mod protect;
