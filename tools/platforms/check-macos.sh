#!/usr/bin/env bash
# macOS from any machine: type check, clippy and the linker for arm64 and x86_64; runs nothing.
# Needs: rustup's two Apple targets, or Debian's rust-web packages; zig and cargo-zigbuild from PyPI.
# Skips: running. No machine here runs Mach-O programs; .github/workflows does. HTTPSYS_SHORT=1: x86_64, which
# differs in no line of ours, and linking the test programs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/platforms/common.sh
targets="aarch64-apple-darwin x86_64-apple-darwin"
[ -z "$short" ] || targets=aarch64-apple-darwin
use_zig
# shellcheck disable=SC2086
use_compiler $targets

for target in $targets; do
  say "$target: clippy"
  # By zig, since the C code of dependencies (ring) has to compile even where nothing is linked.
  cargo-zigbuild clippy ${jobs:+-j "$jobs"} --workspace --all-targets --target "$target" -- -D warnings
done
# One of the two is linked whole: they differ in no line of ours.
for target in $targets; do
  say "$target: link libhttpapi.dylib, libhttpapi.a and the examples"
  cargo-zigbuild zigbuild ${jobs:+-j "$jobs"} -p httpapi -p httpsys-examples --target "$target"
  case $target in
    aarch64-apple-darwin)
      if [ -z "$short" ]; then
        say "$target: link every test program"
        cargo-zigbuild test --no-run ${jobs:+-j "$jobs"} --workspace --target "$target"
      fi
      zig_target=aarch64-macos ;;
    *) zig_target=x86_64-macos ;;
  esac
  say "$target: a C program against the library"
  out=$CARGO_TARGET_DIR/$target/debug
  # As make build links it, with names from Apple's linker; zig's takes the same.
  SYSTEM=Darwin CC="$cache/zig/bin/python3 -m ziglang cc -target $zig_target" tools/shared.sh "$out" 0.1.0 0
  for library in "$out/libhttpapi.dylib" "$out/libhttpapi.0.dylib" "$out/libhttpapi.a"; do
    zig cc -target "$zig_target" -std=gnu11 -Wall -Wextra -Werror -I crates/httpapi/include \
      examples/c/hello.c "$library" -o "$out/hello_c"
  done
done

# Sources for Windows with the library's own headers, as httpsys-cc --sdk=own compiles them; but zig looks into
# its own system headers before what -isystem names.
say "sources for Windows with --sdk=own"
flags=$(HTTPSYS_LIB_DIR=$CARGO_TARGET_DIR tools/httpsys-cc --sdk=own --cflags)
flags=${flags//-isystem /-I}
# Some sources set it themselves, which httpsys-cc sees.
flags=${flags/-D_WIN32_WINNT=0x0A00/}
# compile TARGET SOURCE...
compile() {
  local target=$1 source driver
  shift
  for source; do
    # <codecvt> is deprecated in C++17, which newer libc++ says.
    case $source in
      *.cpp) driver="c++ -std=c++17 -Wall -Wextra -Werror -Wno-deprecated-declarations" ;;
      *) driver="cc -std=gnu11 -Wall -Wextra -Werror" ;;
    esac
    case $source in
      tests/ports/*) grep -q "ansi(\"$(basename "${source%.*}")\")" tests/ports/*.rs ||
        driver="$driver -DUNICODE -D_UNICODE" ;;
    esac
    # shellcheck disable=SC2086
    zig $driver -target "$target" -c "$source" -o "$CARGO_TARGET_DIR/source.o" $flags ||
      fail "$source does not compile for $target"
  done
}
# Not those of tests/sdk that are to fail, or that need what only the mingw-w64 headers have.
compile aarch64-macos examples/c/*.c tests/win32/*.c tests/crt/*.c tests/crt/*.cpp tests/sdk/everyday.c \
  tests/sdk/library.cpp tests/ports/*.c tests/ports/*.cpp
[ -n "$short" ] ||
  compile x86_64-macos examples/c/v1_echo.c tests/win32/sync.c tests/crt/wstreams.cpp tests/ports/tpio_files.c
skip "running anything on macOS (no machine here can)"
say "make check-macos: done"
