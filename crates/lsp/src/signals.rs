//! What the client no longer wants, heard while something is still being worked out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use lsp_server::{Message, RequestId};
use lsp_types::NumberOrString;
use serde_json::Value;

/// How many are kept in mind: of what is not there any more nobody says that it is done.
const KEPT: usize = 64;

/// The requests and the pieces of work that are no longer wanted; shared by the one who reads and the one who works.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals(Arc<Mutex<Stopped>>);

#[derive(Debug, Default)]
struct Stopped {
    requests: VecDeque<RequestId>,
    tokens: VecDeque<NumberOrString>,
}

impl Signals {
    /// Notes what a message says is no longer wanted.
    pub(crate) fn hear(&self, message: &Message) {
        let Message::Notification(notification) = message else { return };
        let mut stopped = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match notification.method.as_str() {
            "$/cancelRequest" => {
                let id = notification.params.get("id").cloned().unwrap_or(Value::Null);
                if let Ok(id) = serde_json::from_value(id) {
                    remember(&mut stopped.requests, id);
                }
            }
            "window/workDoneProgress/cancel" => {
                let token = notification.params.get("token").cloned().unwrap_or(Value::Null);
                if let Ok(token) = serde_json::from_value(token) {
                    remember(&mut stopped.tokens, token);
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
        stopped.requests.retain(|known| known != id);
        stopped.tokens.retain(|known| Some(known) != token);
    }
}

/// Keeps one in mind, and forgets the oldest.
fn remember<T>(all: &mut VecDeque<T>, one: T) {
    if all.len() == KEPT {
        all.pop_front();
    }
    all.push_back(one);
}
