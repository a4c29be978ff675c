//! How much memory is asked for at once: no length that a stranger names may be taken for granted.
#![expect(unsafe_code, reason = "an allocator is asked for memory and hands on what the system's gives")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, with a note of the largest piece.
struct Noted;

static LARGEST: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static NOTED: Noted = Noted;

// SAFETY: each call is handed on as it is.
unsafe impl GlobalAlloc for Noted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LARGEST.fetch_max(size, Ordering::Relaxed);
        unsafe { System.realloc(place, layout, size) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { System.dealloc(place, layout) }
    }
}

/// Does `work`, and says how many bytes the largest piece had that anybody asked for meanwhile.
pub(crate) fn largest_piece<T>(work: impl FnOnce() -> T) -> (T, usize) {
    LARGEST.store(0, Ordering::Relaxed);
    let done = work();
    (done, LARGEST.load(Ordering::Relaxed))
}
