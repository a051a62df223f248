//! What Peerband's API is measured beside: Seaography over the same tables, and axum that answers a constant.

pub mod entities;
