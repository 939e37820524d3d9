#!/usr/bin/env bash
# The public crates, the examples and the C library build with the oldest Rust that Cargo.toml names.
# Needs: rustup. Skips: tests and benches, whose tools may ask for a newer Rust.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/platforms/common.sh
version=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
has rustup || fail "missing: rustup, to get Rust $version"
if ! rustup run "$version" rustc --version > /dev/null 2>&1; then
  limited 600 rustup --quiet toolchain install "$version" --profile minimal --no-self-update \
    2> "$cache/rustup.log" || fail "Rust $version does not install: $(tail -n 1 "$cache/rustup.log")"
fi
export RUSTUP_TOOLCHAIN=$version
use_target_dir msrv
say "Rust $version"
cargo check ${jobs:+-j "$jobs"} --locked -p httpsys-proto -p httpsys-core -p httpsys-logging \
  -p httpsys-sddl -p httpsys-configuration -p httpsys-tls \
  -p httpsys-socket -p httpsys-network -p httpsys-engine -p httpsys -p httpsys-win32 -p httpapi \
  -p httpsys-examples
# Apart, as it puts the simulation into the other crates.
cargo check ${jobs:+-j "$jobs"} --locked -p httpsys-sim
say "make check-msrv: done"
