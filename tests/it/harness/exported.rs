//! Exports, as the program writes them.

use std::io::Write;

use kernel::Day;
use peerband::app::App;
use peerband::service::export::{Export, ExportError, Exporting, Format, Unhindered};

/// Writes the newest revision of a date, and gives the number of rows.
pub(crate) async fn export(
    app: &App,
    what: Export,
    as_of: Day,
    format: Format,
    out: impl Write + Send,
) -> Result<u64, ExportError> {
    let exporting = Exporting::find(app, what, format, Some(as_of)).await?;
    exporting.write(out, &mut Unhindered).await
}
