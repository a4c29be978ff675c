//! See `convex_clerk_fuzz::framing`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| convex_clerk_fuzz::framing(data));

#[cfg(not(fuzzing))]
fn main() {}
