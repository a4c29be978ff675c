//! See `convex_clerk_fuzz::text`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| convex_clerk_fuzz::text(data));

#[cfg(not(fuzzing))]
fn main() {}
