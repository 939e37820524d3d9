//! The program: its arguments in, its exit code out.
//!
//! Does not own anything else: see the library.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    httpsysctl::run(std::env::args_os().skip(1))
}
