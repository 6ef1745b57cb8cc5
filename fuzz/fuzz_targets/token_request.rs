#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../properties/token_request.rs"]
mod property;

fuzz_target!(|body: &[u8]| {
    property::holds(body);
});
