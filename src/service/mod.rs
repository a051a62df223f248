//! What the product does, by noun: the rules between those who ask and the stores.

pub mod next_wake;
