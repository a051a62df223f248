//! How a command tells what it did.

use std::io::{ErrorKind, Write};

use serde::Serialize;

/// Text to read, or JSON on standard output: one object a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

/// Prints a line. A reader that has seen enough, as with `| head`, is no failure.
///
/// # Errors
/// Where standard output cannot be written otherwise.
pub(super) fn print(line: impl std::fmt::Display) -> std::io::Result<()> {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Prints the object.
///
/// # Errors
/// Where standard output cannot be written.
pub(super) fn print_json(object: &impl Serialize) -> anyhow::Result<()> {
    Ok(print(serde_json::to_string(object)?)?)
}
