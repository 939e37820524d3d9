#!/usr/bin/env bash
# The tests that move bytes, on mio's poll(2) backend instead of epoll or kqueue: another order and
# another re-arming of events, as on Windows.
# Needs: nothing beyond the Rust toolchain and a C compiler. Skips: what opens no socket.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/platforms/common.sh
use_target_dir
export CARGO_TARGET_DIR="$CARGO_TARGET_DIR/poll"
export RUSTFLAGS="${RUSTFLAGS:-} --cfg mio_unsupported_force_poll_poll"
arguments=("$@")
if [ $# -eq 0 ]; then
  arguments=(-p httpsys-engine -p httpsys -p httpapi -p httpsys-tests --lib --test closing --test parameters
    --test api --test futures --test c_abi --test overlapped --test demand --test lifecycle
    --test conformance --test wire --test stress)
fi
say "Tests on poll(2)"
if cargo nextest --version > /dev/null 2>&1; then
  exec cargo nextest run --cargo-quiet ${jobs:+--build-jobs "$jobs"} "${arguments[@]}"
fi
exec cargo test ${jobs:+-j "$jobs"} "${arguments[@]}"
