//! The binary: arguments in, exit code out. Everything else is in the library.

use std::process::ExitCode;

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(drf_harden::cli::run(std::env::args_os()))
}
