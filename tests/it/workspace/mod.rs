//! The workspace's own shape: which part may name which, and what each crate depends on.

mod arrows;
mod dependencies;
mod packages;
mod paths;
