//! What a request costs, as its answer tells it in `extensions.cost`, so that a client whose request is refused for it knows
//! what to do.

use std::time::Duration;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value};

/// The price of a request, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cost {
    Paid(usize),
    /// More than any request may cost.
    TooComplex {
        requested: usize,
        maximum: usize,
    },
    Owed(Owed),
}

/// A price that could not be paid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Owed {
    pub requested: usize,
    /// What is left of a minute's worth.
    pub available: f64,
    /// How long it takes until enough is.
    pub wait: Duration,
}

impl Cost {
    /// As the answer tells it.
    pub(super) fn told(self) -> Value {
        match self {
            Cost::Paid(requested) => object([("requested", Value::from(requested))]),
            Cost::TooComplex { requested, maximum } => object([
                ("requested", Value::from(requested)),
                ("maximum", Value::from(maximum)),
            ]),
            Cost::Owed(owed) => object([
                ("requested", Value::from(owed.requested)),
                // What is there in part does not pay for a field.
                ("available", Value::from(owed.available.max(0.0) as u64)),
                ("retryAfterSeconds", Value::from(whole_seconds(owed.wait))),
            ]),
        }
    }
}

/// How long to wait, as the header `Retry-After` has it: long enough, and never nothing.
pub(super) fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs_f64().ceil().max(1.0) as u64
}

fn object<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    let fields = fields.map(|(name, value)| (Name::new(name), value));
    Value::Object(IndexMap::from_iter(fields))
}
