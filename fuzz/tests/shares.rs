//! What becomes of the apps that are made up: were all of them refused, the walk would prove nothing.

use std::collections::BTreeMap;

use convex_clerk_fuzz::{Became, providers};

/// How many apps are made.
const APPS: u64 = 400;

/// Bytes from a seed, by xorshift.
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..100).flat_map(|_| next()).collect()
}

#[test]
fn enough_apps_are_migrated_and_some_refused() {
    let mut shares: BTreeMap<String, u64> = BTreeMap::new();
    let (mut migrated, mut refused) = (0, 0);
    for seed in 0..APPS {
        let became = providers(&bytes(seed));
        *shares.entry(format!("{became:?}")).or_default() += 1;
        match became {
            Became::Migrated => migrated += 1,
            Became::Refused(_) => refused += 1,
            Became::Nothing | Became::Unknown => {}
        }
    }
    assert!(migrated * 10 >= APPS * 4, "{shares:?}");
    assert!(refused * 20 >= APPS, "{shares:?}");
    println!("{shares:?}");
}
