//! The configuration file: any bytes, as programs that start find them.
//!
//! Checks: nothing panics; a file is refused with a place in it and left alone, or read, and then a change loses
//! nothing of it, what the format does not know included.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/properties/store_text.rs"]
mod store_text;

use store_text::{Scratch, check_text};

thread_local! {
    static SCRATCH: Scratch = Scratch::new();
}

fuzz_target!(|data: &[u8]| {
    SCRATCH.with(|scratch| check_text(scratch, data));
});
