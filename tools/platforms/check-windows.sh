#!/usr/bin/env bash
# Windows from any machine: type check and clippy for both tool chains, and links for the GNU one.
# Needs: rustup's two Windows targets, or Debian's rust-web packages; mingw-w64 from apt.
# Skips: linking for x86_64-pc-windows-msvc, which needs Microsoft's SDK. HTTPSYS_SHORT=1: clippy for the GNU tool
# chain, for which test-windows and test-dll compile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/platforms/common.sh
with_apt x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
use_compiler x86_64-pc-windows-gnu x86_64-pc-windows-msvc
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
# The C code of dependencies (ring) has to compile even where nothing is linked: for MSVC, too, by mingw-w64.
export CC_x86_64_pc_windows_msvc=x86_64-w64-mingw32-gcc
export AR_x86_64_pc_windows_msvc=$PWD/tools/platforms/mingw-lib.sh
targets="x86_64-pc-windows-gnu x86_64-pc-windows-msvc"
[ -z "$short" ] || targets=x86_64-pc-windows-msvc
for target in $targets; do
  say "$target: clippy"
  cargo clippy ${jobs:+-j "$jobs"} --workspace --all-targets --target "$target" -- -D warnings
  # What becomes httpsys_httpapi.dll; apart, since the tests link to the system's httpapi.dll.
  cargo clippy ${jobs:+-j "$jobs"} -p httpapi -p httpsys-win32 --features httpapi/dll --all-targets \
    --target "$target" -- -D warnings
done
say "x86_64-pc-windows-gnu: link the examples and the probe"
cargo build ${jobs:+-j "$jobs"} -p httpsys-examples --target x86_64-pc-windows-gnu
skip "linking for x86_64-pc-windows-msvc (needs Microsoft's SDK)"
say "make check-windows: done"
