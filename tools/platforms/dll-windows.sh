#!/usr/bin/env bash
# The C ABI as a Windows DLL under its own name, with an import library for mingw, from any machine:
# target/x86_64-pc-windows-gnu/release/{httpsys_httpapi.dll,libhttpsys_httpapi.a,httpsys_httpapi.def}.
# Needs: rustup's x86_64-pc-windows-gnu or Debian's rust-web packages; mingw-w64 from apt.
# Skips: an import library for Microsoft's linker.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=${CARGO_TARGET_DIR:-target}/x86_64-pc-windows-gnu/release
. tools/platforms/common.sh
. tools/platforms/dll.sh
build_dll "$folder"
skip "an import library for Microsoft's linker (not tried)"
say "make dll-windows: $folder/httpsys_httpapi.dll"
