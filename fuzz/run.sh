#!/usr/bin/env bash
# Coverage-guided fuzzing.
#
#   fuzz/run.sh smoke [SECONDS]       every target from its seeds, SECONDS each (10)
#   fuzz/run.sh TARGET SECONDS        one target; what it finds is in fuzz/corpus and fuzz/artifacts
#
# Needs a C++ compiler, cargo-fuzz (installed if cargo can) and a nightly toolchain; without one the
# stable compiler is told to allow unstable options. With CI=true a missing tool is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

command -v cargo-fuzz >/dev/null 2>&1 || cargo install --quiet --locked cargo-fuzz --version 0.13.2 || {
  echo "SKIPPED: fuzzing needs cargo-fuzz (cargo install cargo-fuzz)"
  [ "${CI:-}" != true ]
  exit
}
fuzz() {
  if cargo +nightly --version >/dev/null 2>&1; then
    cargo +nightly fuzz "$@"
  else
    RUSTC_BOOTSTRAP=1 cargo fuzz "$@"
  fi
}

run() {
  local target=$1 seconds=$2
  shift 2
  local options=(-max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=4096 -print_final_stats=1)
  [ "$target" = request_head ] && options+=(-dict=http.dict)
  mkdir -p "corpus/$target"
  fuzz run "$target" "corpus/$target" "seeds/$target" "$@" -- "${options[@]}"
}

case "${1:-}" in
  smoke)
    fuzz build
    for seeds in seeds/*/; do
      target=$(basename "$seeds")
      echo "==> $target"
      run "$target" "${2:-10}" 2>&1 | tail -n 8
    done
    ;;
  "" | -h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" ;;
  *) run "$1" "${2:-60}" ;;
esac
