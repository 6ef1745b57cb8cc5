//! The command line.

use std::process::ExitCode;

/// Requests allocate on one thread and are often freed on another, which the system's allocator makes wait for one
/// another (docs/decisions/0015).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    signet::cli::main()
}
