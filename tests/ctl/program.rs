//! `httpsysctl` as its tests run it: the same as in `crates/cli`, which a test of this package cannot name.

use std::process::ExitCode;

fn main() -> ExitCode {
    httpsysctl::run(std::env::args_os().skip(1))
}
