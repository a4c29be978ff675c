//! See `convex_clerk_fuzz::saved_plan`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| convex_clerk_fuzz::saved_plan(data));
