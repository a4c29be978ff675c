//! See `convex_clerk_fuzz::providers`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| drop(convex_clerk_fuzz::providers(data)));

#[cfg(not(fuzzing))]
fn main() {}
