//! See `convex_clerk_fuzz::providers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    convex_clerk_fuzz::providers(data);
});
