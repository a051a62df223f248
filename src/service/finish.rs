//! Work that goes on although nobody waits for it any more.

/// Why there is no outcome: the work panicked, and the log has it.
#[derive(Debug, thiserror::Error)]
#[error("the work ended without an outcome; the log says why")]
pub struct Broken(#[from] tokio::task::JoinError);

/// Runs work that writes in a task of its own, so that a client that goes away cannot stop it half way: a transaction that
/// is given up while it begins would stay open on its connection.
///
/// # Errors
/// Where the work panicked.
pub async fn finish<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Broken> {
    Ok(tokio::spawn(work).await?)
}
