//! Work on as many threads as there are processors, over all that asks for them: apps are planned beside each other, and each reads its files
//! with whatever processors are left.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use syntax::on_deep_stack;

/// How many threads were made here and still run, besides those that asked for them.
static MADE: AtomicUsize = AtomicUsize::new(0);

/// Threads that may be made; they count until this is dropped.
struct Leave(usize);

impl Leave {
    /// Leave to make up to `wanted` threads, none while the processors have enough to do.
    fn ask(wanted: usize) -> Self {
        static PROCESSORS: OnceLock<usize> = OnceLock::new();
        let processors = *PROCESSORS.get_or_init(|| thread::available_parallelism().map_or(1, NonZeroUsize::get));
        let granted = |made: usize| wanted.min((processors - 1).saturating_sub(made));
        let before = MADE.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |made| Some(made + granted(made)));
        Self(granted(before.unwrap_or_default()))
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        MADE.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// Does `work` on each item on deep stacks, and gives what comes of them in their order. A thread is worth `share` items at least.
pub(crate) fn in_parallel<I: Send, O: Send>(items: Vec<I>, share: usize, work: impl Fn(I) -> O + Sync) -> Vec<O> {
    let leave = Leave::ask(items.len().div_ceil(share).saturating_sub(1));
    let done = Mutex::new(items.iter().map(|_| None).collect::<Vec<Option<O>>>());
    let queue = Mutex::new(items.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = || {
        while let Some((index, item)) = next() {
            let found = work(item);
            if let Some(place) = done.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
                *place = Some(found);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..leave.0 {
            scope.spawn(|| on_deep_stack(run));
        }
        on_deep_stack(run);
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_items_is_in_their_order() {
        let squares = in_parallel((0..500_u64).collect(), 1, |number| {
            // Within each other, as an app reads its files.
            in_parallel(vec![number, number], 1, |number| number).into_iter().product::<u64>()
        });
        assert_eq!(squares, (0..500).map(|number| number * number).collect::<Vec<u64>>());
        assert!(in_parallel(Vec::<u8>::new(), 16, |item| item).is_empty());
    }
}
