//! See `convex_clerk_fuzz::env`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| convex_clerk_fuzz::env(data));

#[cfg(not(fuzzing))]
fn main() {}
