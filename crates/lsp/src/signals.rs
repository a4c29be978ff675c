//! What the client no longer wants, heard while something is still being worked out.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use lsp_server::{Message, RequestId};
use lsp_types::NumberOrString;
use serde_json::Value;

/// How many requests that were not there are kept in mind.
const KEPT: usize = 1024;

/// The requests and the pieces of work that are no longer wanted; shared by the one who reads and the one who works.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals(Arc<Mutex<Stopped>>);

#[derive(Debug, Default)]
struct Stopped {
    requests: HashSet<RequestId>,
    tokens: HashSet<NumberOrString>,
}

impl Signals {
    /// Notes what a message says is no longer wanted.
    pub(crate) fn hear(&self, message: &Message) {
        let Message::Notification(notification) = message else { return };
        let mut stopped = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match notification.method.as_str() {
            "$/cancelRequest" => {
                let id = notification.params.get("id").cloned().unwrap_or(Value::Null);
                if let (Ok(id), true) = (serde_json::from_value(id), stopped.requests.len() < KEPT) {
                    stopped.requests.insert(id);
                }
            }
            "window/workDoneProgress/cancel" => {
                let token = notification.params.get("token").cloned().unwrap_or(Value::Null);
                if let (Ok(token), true) = (serde_json::from_value(token), stopped.tokens.len() < KEPT) {
                    stopped.tokens.insert(token);
                }
            }
            _ => {}
        }
    }

    /// Whether a request is no longer wanted.
    pub(crate) fn is_stopped(&self, id: &RequestId, token: Option<&NumberOrString>) -> bool {
        let stopped = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stopped.requests.contains(id) || token.is_some_and(|token| stopped.tokens.contains(token))
    }

    /// Forgets a request that was answered.
    pub(crate) fn forget(&self, id: &RequestId, token: Option<&NumberOrString>) {
        let mut stopped = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stopped.requests.remove(id);
        if let Some(token) = token {
            stopped.tokens.remove(token);
        }
    }
}
