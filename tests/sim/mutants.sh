#!/usr/bin/env bash
# Plants faults in a copy of the tree (mutants.patch), and says at which seed the random programs find each.
#   tests/sim/mutants.sh [SEEDS [MUTANT...]]
# One build has all of them; HTTPSYS_MUTANT names the one that is planted. Fails if one is not found, or if
# something is found where nothing is planted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
seeds=${1:-10000}
shift || true
copy=${HTTPSYS_MUTANTS_DIR:-$root/target/mutants}
patch=$root/tests/sim/mutants.patch
mkdir -p "$copy/tree"
git ls-files -z | xargs -0 tar -cf - | tar -C "$copy/tree" -xf -
patch -d "$copy/tree" -p1 -s <"$patch"
binary=$(cd "$copy/tree" && CARGO_TARGET_DIR=$copy/build cargo test --no-run -p httpsys-sim-tests --features sim \
  --test random --message-format=json | sed -n 's/.*"executable":"\([^"]*\/random-[^"]*\)".*/\1/p' | tail -1)
if [ $# -gt 0 ]; then
  mutants=("$@")
else
  mapfile -t mutants < <(grep -o '^+.*mutant::is("[a-z-]*")' "$patch" | sed 's/.*is("//; s/").*//' | sort -u)
fi
status=0
for mutant in none "${mutants[@]}"; do
  found=$(HTTPSYS_MUTANT=$mutant HTTPSYS_SHRINK=0 HTTPSYS_SEED=1 HTTPSYS_SEEDS=$seeds timeout 600 "$binary" \
    random_programs --nocapture 2>&1 | sed -n '/^SEED/{s/^SEED \([0-9]*\): \(.\{0,90\}\).*/seed \1: \2/p;q}') || true
  printf '%-28s %s\n' "$mutant" "${found:-not found in $seeds seeds}"
  if [ "$mutant" = none ]; then
    [ -z "$found" ] || status=1
  else
    [ -n "$found" ] || status=1
  fi
done
exit $status
