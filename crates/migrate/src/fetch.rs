//! Who fetches what `doctor --online` asks for: the engine itself opens no connection.

use std::fmt;
use std::sync::Arc;

/// Why nothing came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Another status than 200.
    #[error("it answers with status {0}")]
    Status(u16),
    /// No answer in time.
    #[error("it did not answer in time")]
    Timeout,
    /// No connection, or none that can be trusted; in the words of the system.
    #[error("it gives no answer that can be read: {0}")]
    Unreachable(String),
}

type Get = dyn Fn(&str) -> Result<String, FetchError> + Send + Sync;

/// Fetches the text at an address; by default nobody does, and nothing is fetched.
#[derive(Clone, Default)]
pub struct Fetcher(Option<Arc<Get>>);

impl Fetcher {
    /// One that fetches by `get`, which is given an address.
    pub fn new(get: impl Fn(&str) -> Result<String, FetchError> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(get)))
    }

    /// Whether there is one.
    pub(crate) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// What is at an address; `None` where nobody fetches.
    pub(crate) fn get(&self, address: &str) -> Option<Result<String, FetchError>> {
        self.0.as_ref().map(|get| get(address))
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Fetcher" } else { "nobody" })
    }
}
