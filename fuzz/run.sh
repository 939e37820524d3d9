#!/usr/bin/env bash
# Coverage-guided fuzzing.
#
#   fuzz/run.sh smoke [SECONDS]       every target from its seeds, SECONDS each (10)
#   fuzz/run.sh TARGET [SECONDS]      one target (60); goes on from fuzz/corpus/TARGET
#   fuzz/run.sh TARGET FILE           one input again
#
# What is found is in fuzz/artifacts/TARGET. Needs a C++ compiler and cargo-fuzz (installed if cargo
# can); with CI=true it is an error if that is missing. The targets are built without a sanitizer,
# which gives about five times as many runs and needs no nightly compiler: the code under test
# forbids `unsafe`. SANITIZER=address also watches httparse.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

command -v cargo-fuzz >/dev/null 2>&1 ||
  cargo install --quiet --locked cargo-fuzz --version 0.13.2 || {
  echo "SKIPPED: fuzzing needs cargo-fuzz (cargo install cargo-fuzz)"
  [ "${CI:-}" != true ]
  exit
}
sanitizer=${SANITIZER:-none}
[ "$sanitizer" = none ] || cargo +nightly --version >/dev/null 2>&1 || export RUSTC_BOOTSTRAP=1
fuzz() {
  local command=$1 toolchain=()
  shift
  if [ "$sanitizer" != none ] && [ "${RUSTC_BOOTSTRAP:-}" != 1 ]; then
    toolchain=(+nightly)
  fi
  cargo "${toolchain[@]+"${toolchain[@]}"}" fuzz "$command" --sanitizer "$sanitizer" "$@"
}

# run TARGET CORPUS SECONDS [OPTION...]
run() {
  local target=$1 corpus=$2 seconds=$3
  shift 3
  local options=(-max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=4608)
  options+=(-print_final_stats=1)
  [ "$target" = request_head ] && options+=(-dict=http.dict)
  mkdir -p "$corpus"
  fuzz run "$target" "$corpus" "seeds/$target" -- "${options[@]}" "$@"
}

# One target from its seeds; says how many inputs it had, or what to do again.
smoke_one() {
  local target=$1 scratch=$2 runs
  if ! run "$target" "$scratch/$target" "$3" -seed=1 >"$scratch/$target.log" 2>&1; then
    cat "$scratch/$target.log"
    echo "FAILED: $target; again with: fuzz/run.sh $target fuzz/artifacts/$target/<file>"
    return 1
  fi
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/$target.log")
  echo "$target: $runs runs, nothing found"
}

# The same start in every run, and nothing left of earlier ones. Two at a time: a target uses one core.
smoke() {
  local scratch seeds one waiting=() status=0
  scratch=$(mktemp -d)
  # Expanded now: the variable is gone when the trap runs.
  # shellcheck disable=SC2064
  trap "rm -rf '$scratch'" EXIT
  fuzz build
  for seeds in seeds/*/; do
    smoke_one "$(basename "$seeds")" "$scratch" "$1" &
    waiting+=($!)
    [ "${#waiting[@]}" -lt 2 ] || { wait "${waiting[0]}" || status=1; waiting=("${waiting[1]}"); }
  done
  for one in "${waiting[@]}"; do wait "$one" || status=1; done
  return "$status"
}

case "${1:-}" in
  smoke) smoke "${2:-10}" ;;
  "" | -h | --help) sed -n '2,12s/^# \{0,1\}//p' "$(basename "${BASH_SOURCE[0]}")" ;;
  *)
    if [ -f "${2:-}" ] || [ -f "../${2:-}" ]; then
      input=$2
      [ -f "$input" ] || input=../$input
      fuzz run "$1" "$input"
    else
      run "$1" "corpus/$1" "${2:-60}"
    fi
    ;;
esac
