#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../properties/web_request.rs"]
mod property;

fuzz_target!(|input: (bool, String)| {
    let (case_insensitive, text) = input;
    property::holds(&text, case_insensitive);
    property::holds(&property::encoded(&text), case_insensitive);
});
