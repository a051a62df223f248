//! Peerband's tables as Seaography's generator writes them, with the relations that `bench/api/runner/indexes.sql` makes.

pub mod partner;
pub mod peer_band;
pub mod peer_group;
pub mod scorecard;
