#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../properties/authorize_request.rs"]
mod property;

fuzz_target!(|query: &[u8]| {
    property::holds(query);
});
