//! What a request costs, and what is left.

use async_graphql::{Context, SimpleObject};
use chrono::{DateTime, TimeDelta, Utc};

use crate::clock;
use crate::graphql::session::Charge;

/// What this request costs, and what is left for the next.
#[derive(SimpleObject, Clone, Copy, Debug)]
pub struct RateLimit {
    /// The price of this request, as `extensions.cost` tells it too. It is known before anything runs: one for each field,
    /// times the size of each list above it, and more for what reads facts.
    cost: i32,
    /// How much a key, and an address, may spend in a minute, and at once.
    limit: i32,
    /// How much is left of it; it comes back evenly over the minute.
    remaining: i32,
    /// When all of it is back, if nothing more is spent.
    reset_at: DateTime<Utc>,
}

/// None where requests are not paid for.
pub(in crate::graphql) fn rate_limit(ctx: &Context<'_>) -> Option<RateLimit> {
    let balance = ctx.data_opt::<Charge>()?.balance();
    let spent = (balance.limit - balance.remaining).max(0.0);
    let seconds = 60.0 * spent / balance.limit.max(1.0);
    // A minute at most.
    let back = TimeDelta::milliseconds((seconds * 1_000.0).ceil() as i64);
    // GraphQL's Int has 32 bits; more than a minute's worth of them is as good as no limit.
    let int = |cost: f64| cost.clamp(0.0, f64::from(i32::MAX)) as i32;
    Some(RateLimit {
        cost: int(balance.cost as f64),
        limit: int(balance.limit),
        remaining: int(balance.remaining),
        reset_at: clock::now() + back,
    })
}
