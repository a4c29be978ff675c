//! Where tests make a writing run die, fail or wait. Does nothing in a release build.
//!
//! `CONVEX_CLERK_FAULT` holds one or more of these, with commas between; boundaries count from 1:
//!
//! - `kill@3`: the process dies at the third boundary, without any clean-up.
//! - `fail@3`: the third boundary reports a full disk, once.
//! - `pause@3`: the third boundary waits, at most 20 s, until the file named by `CONVEX_CLERK_FAULT_GO` exists; that it waits
//!   shows in a file of the same name with `.paused` at its end.

use std::io;

/// Marks the place between two steps of writing or recovering, where a process can die.
///
/// # Errors
/// Only where a test asks for one.
pub(crate) fn boundary(name: &str) -> io::Result<()> {
    #[cfg(test)]
    hook::call(name)?;
    #[cfg(debug_assertions)]
    env::act()?;
    let _ = name;
    Ok(())
}

#[cfg(debug_assertions)]
mod env {
    use std::path::Path;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};
    use std::{env, fs, io, process, thread};

    static COUNT: AtomicUsize = AtomicUsize::new(0);

    pub(super) fn act() -> io::Result<()> {
        let Ok(faults) = env::var("CONVEX_CLERK_FAULT") else { return Ok(()) };
        let here = COUNT.fetch_add(1, Ordering::SeqCst) + 1;
        for fault in faults.split(',') {
            let Some((action, at)) = fault.split_once('@') else { continue };
            if at.parse() != Ok(here) {
                continue;
            }
            match action {
                "kill" => process::abort(),
                "fail" => return Err(io::ErrorKind::StorageFull.into()),
                "pause" => pause(),
                _ => {}
            }
        }
        Ok(())
    }

    fn pause() {
        let Ok(go) = env::var("CONVEX_CLERK_FAULT_GO") else { return };
        // A test that doesn't see the marker fails by itself.
        let _ = fs::write(format!("{go}.paused"), "");
        let start = Instant::now();
        while !Path::new(&go).exists() && start.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The same for unit tests, which run as threads of one process: each thread sets its own.
#[cfg(test)]
pub(crate) mod hook {
    use std::cell::RefCell;
    use std::io;

    type Hook = Box<dyn FnMut(usize, &str) -> io::Result<()>>;

    thread_local! {
        static HOOK: RefCell<Option<(usize, Hook)>> = const { RefCell::new(None) };
    }

    /// Runs `run` with `hook` called at each boundary with its number, from 1, and name.
    pub(crate) fn with<T>(hook: impl FnMut(usize, &str) -> io::Result<()> + 'static, run: impl FnOnce() -> T) -> T {
        /// Takes the hook away also where `run` panics, which stands for being killed.
        struct Unset;
        impl Drop for Unset {
            fn drop(&mut self) {
                HOOK.with(|slot| slot.take());
            }
        }
        HOOK.with(|slot| slot.replace(Some((0, Box::new(hook)))));
        let _unset = Unset;
        run()
    }

    pub(super) fn call(name: &str) -> io::Result<()> {
        HOOK.with(|slot| match slot.borrow_mut().as_mut() {
            Some((count, hook)) => {
                *count += 1;
                hook(*count, name)
            }
            None => Ok(()),
        })
    }
}
