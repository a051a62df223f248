//! Copies of what runs read all of (`store/inputs/copies.rs`): made where they pay.

use crate::app::App;
use crate::store::inputs;

/// Makes those that are missing. Where that fails, as while somebody changes the tables for long, whoever runs next reads
/// the tables themselves: that takes longer, and is no reason to fail.
pub(super) async fn make(app: &App) {
    if let Err(error) = inputs::make_copies(app.db()).await {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(
            error,
            "customers and associations are not copied; the run reads their tables"
        );
    }
}
