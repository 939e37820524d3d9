#!/usr/bin/env bash
# Runs the tests of the engine, the Win32 subset, the C ABI, the stress test, children made by fork,
# sends that wait, urgent data and, for 30 seconds, the fuzzer of the C ABI under a sanitizer.
#
#   tests/sanitizers.sh address [cargo test arguments]
#   tests/sanitizers.sh thread  [cargo test arguments]
#
# address needs a nightly toolchain. thread needs the standard library built with the sanitizer too:
# a compiler with its library's source and the sanitizer's runtime, taken from
#   TSAN_RUSTC    default /usr/bin/rustc (Debian: rustc-web cargo-web rust-web-src)
#   TSAN_RUNTIME  a file librustc-stable_rt.tsan.a, default: searched in the rustup toolchains
# Nothing is installed; what is missing is named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kind=${1:-}
[ $# -gt 0 ] && shift
given=("$@")
target=$(rustc -vV | sed -n 's/^host: //p')
base=${CARGO_TARGET_DIR:-target}
whole=(-p httpsys-engine -p httpsys-win32 -p httpapi -p httpsys-tests
  --lib --test held_up --test timers --test closing --test events
  --test stress --test c_abi --test overlapped --test demand --test fuzz_api)
# Of these only some modules. C programs are not among them: their library would have no sanitizer.
part=(-p httpsys-tests --test conformance --test fork -- send_waits:: urgent:: rust_api::g_170)

# run PREFIX...: a cargo test and what it needs, with the arguments given or for both parts.
run() {
  if [ ${#given[@]} -gt 0 ]; then
    "$@" "${given[@]}"
    return
  fi
  local status=0
  "$@" --no-fail-fast "${whole[@]}" || status=$?
  # What a test lends to an overlapped call of the C ABI lives as long as the process.
  ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" "$@" --no-fail-fast "${part[@]}" || status=$?
  return $status
}

export HTTPSYS_FUZZ_SECONDS="${HTTPSYS_FUZZ_SECONDS:-30}"

case "$kind" in
address)
  # The heap tests ask for more memory than there is, on purpose.
  export ASAN_OPTIONS="${ASAN_OPTIONS:-allocator_may_return_null=1}"
  export RUSTFLAGS="-Zsanitizer=address" CARGO_TARGET_DIR="$base/asan"
  run cargo +nightly test --target "$target"
  ;;
thread)
  compiler=${TSAN_RUSTC:-/usr/bin/rustc}
  [ -x "$compiler" ] || { echo "missing: $compiler (set TSAN_RUSTC)" >&2; exit 1; }
  library="$("$compiler" --print sysroot)/lib/rustlib/src/rust/library"
  [ -d "$library" ] || { echo "missing: the library's source, $library" >&2; exit 1; }
  runtime=${TSAN_RUNTIME:-$(find "${RUSTUP_HOME:-$HOME/.rustup}" -name 'librustc-*_rt.tsan.a' \
    -path '*stable*' 2>/dev/null | sed -n 1p)}
  [ -f "$runtime" ] || { echo "missing: librustc-stable_rt.tsan.a (set TSAN_RUNTIME)" >&2; exit 1; }
  # One place, so that the library is built once.
  mkdir -p "$base/tsan/sysroot/lib/rustlib/$target/lib"
  sysroot=$(cd "$base/tsan/sysroot" && pwd)
  cp "$runtime" "$sysroot/lib/rustlib/$target/lib/"
  export PATH="$(dirname "$compiler"):$PATH" RUSTC=$compiler RUSTC_BOOTSTRAP=1
  export CARGO_TARGET_DIR="$base/tsan"
  # A child made by fork has threads of its own when it begins anew.
  export TSAN_OPTIONS="${TSAN_OPTIONS:-history_size=4 die_after_fork=0 allocator_may_return_null=1}"
  name=CARGO_TARGET_$(echo "$target" | tr 'a-z-' 'A-Z_')_RUSTFLAGS
  export "$name=-Zsanitizer=thread --sysroot $sysroot"
  run "$(dirname "$compiler")/cargo" test --target "$target" -Zbuild-std
  ;;
*)
  sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
  ;;
esac
