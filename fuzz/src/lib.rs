//! What `cargo fuzz` makes up is given to these functions; so is what `corpus/` and `regressions/` hold, by `cargo test`.
//!
//! A function returns where everything is as it should be, and panics where it is not: libFuzzer keeps what it was given then.

mod env;
mod folder;
mod framing;
mod laws;
mod layers;
mod links;
mod made;
mod memory;
mod patch;
mod program;
mod providers;
mod reading;
mod saved_plan;
mod scope;
mod settings;
mod text;
mod tree;
mod wiring;

pub use env::env;
pub use framing::framing;
pub use providers::{Became, made_of, providers};
pub use saved_plan::saved_plan;
pub use text::text;

/// Takes a part of `data` off its front: whole where it is shorter.
fn take<'a>(data: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (front, rest) = data.split_at(length.min(data.len()));
    *data = rest;
    front
}

/// Takes a byte off the front of `data`; 0 where there is none.
fn byte(data: &mut &[u8]) -> u8 {
    take(data, 1).first().copied().unwrap_or_default()
}
