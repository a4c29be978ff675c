//! What `doctor --online` fetches: the one place of the program that opens a connection.

use std::time::{Duration, Instant};

use migrate::{FetchError, Fetcher};
use ureq::Agent;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long all may take together: each of several issuers could be slow.
const ALL_PATIENCE: Duration = Duration::from_secs(30);

/// The longest answer that is read, in bytes: a key set has a few thousand.
const LONGEST: u64 = 1 << 20;

/// Fetches what is at an address, without following it elsewhere.
pub(crate) fn fetcher() -> Fetcher {
    let config = Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(concat!("convex-clerk/", env!("CARGO_PKG_VERSION")))
        .build();
    let agent = Agent::new_with_config(config);
    let begun = Instant::now();
    Fetcher::new(move |address| {
        if begun.elapsed() > ALL_PATIENCE {
            return Err(FetchError::Timeout);
        }
        let request = agent.get(address);
        // What is on this machine is not asked for by way of another.
        let mut answer = match address.starts_with("http://") {
            true => request.config().proxy(None).build().call(),
            false => request.call(),
        }
        .map_err(failed)?;
        match answer.status().as_u16() {
            200 => answer.body_mut().with_config().limit(LONGEST).read_to_string().map_err(failed),
            status => Err(FetchError::Status(status)),
        }
    })
}

fn failed(error: ureq::Error) -> FetchError {
    match error {
        ureq::Error::Timeout(_) => FetchError::Timeout,
        error => FetchError::Unreachable(error.to_string()),
    }
}
