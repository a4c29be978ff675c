//! What a source file says, read once somebody asks for it: most files of a large repository no app takes in.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use syntax::ParseFailure;

use crate::glimpse::Glimpse;
use crate::kept::Read;

/// What a file says, read by the first who asks.
#[derive(Debug, Default)]
pub(crate) struct Late {
    is_taken: AtomicBool,
    read: OnceLock<Read>,
    /// What its text tells without being parsed, if that was asked for.
    glimpse: OnceLock<Glimpse>,
}

impl Late {
    /// Of a file that could not be read.
    pub(crate) fn failed(failure: ParseFailure) -> Self {
        let read = Read { facts: Err(failure), spells_provider: None };
        Self { is_taken: AtomicBool::new(true), read: read.into(), glimpse: OnceLock::new() }
    }

    /// What it says, if that was asked for.
    pub(crate) fn found(&self) -> Option<&Read> {
        self.read.get()
    }

    /// What its text tells without being parsed.
    pub(crate) fn glimpse(&self, look: impl FnOnce() -> Glimpse) -> &Glimpse {
        self.glimpse.get_or_init(look)
    }

    /// Reads it, unless somebody does or did.
    pub(crate) fn begin(&self, read: impl FnOnce() -> Read) {
        if self.is_taken.swap(true, Ordering::Relaxed) {
            return;
        }
        let unfinished = Unfinished(self);
        let found = read();
        unfinished.0.read.get_or_init(|| found);
    }

    /// What it says. Who comes while somebody reads it waits for that.
    pub(crate) fn get(&self, read: impl FnOnce() -> Read) -> &Read {
        self.begin(read);
        self.read.wait()
    }
}

/// Reading that has begun. Where it ends in a panic the file says nothing: nobody may wait for ever.
struct Unfinished<'a>(&'a Late);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.read.get_or_init(|| Read::failed("not read to the end"));
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread;

    use super::*;

    #[test]
    fn many_ask_and_one_reads() {
        let (late, times) = (Late::default(), std::sync::atomic::AtomicUsize::new(0));
        let read = || {
            times.fetch_add(1, Ordering::Relaxed);
            Read { facts: Ok(std::sync::Arc::default()), spells_provider: None }
        };
        assert!(late.found().is_none());
        thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(|| assert!(late.get(read).facts.is_ok())))));
        assert_eq!(times.into_inner(), 1);
    }

    #[test]
    fn nobody_waits_for_one_who_panicked() {
        let late = Late::default();
        assert!(catch_unwind(AssertUnwindSafe(|| late.begin(|| panic!("of a test")))).is_err());
        assert!(late.get(|| unreachable!("somebody began")).facts.is_err());
    }
}
