#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../properties/jwt.rs"]
mod property;

fuzz_target!(|input: (usize, String)| {
    let (at, text) = input;
    property::holds(at, &text);
});
