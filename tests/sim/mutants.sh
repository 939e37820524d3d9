#!/usr/bin/env bash
# Plants faults in a copy of the tree (mutants.patch), and says at which seed the random programs find each; those whose
# names begin with cache- are for the cache beside a service without one (`cached`), with a tenth of the seeds.
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
rm -rf "$copy/tree"
mkdir -p "$copy/tree"
git ls-files -z | xargs -0 tar -cf - | tar -C "$copy/tree" -xf -
patch -d "$copy/tree" -p1 -s <"$patch"
built=$(cd "$copy/tree" && CARGO_TARGET_DIR=$copy/build cargo test --no-run -p httpsys-sim-tests --features sim \
  --test random --test cached --message-format=json)
binary_of() { sed -n "s/.*\"executable\":\"\([^\"]*\/$1-[^\"]*\)\".*/\1/p" <<<"$built" | tail -1; }
random=$(binary_of random)
cache=$(binary_of cached)
if [ $# -gt 0 ]; then
  mutants=("$@")
else
  mapfile -t mutants < <(grep -o '^+.*mutant::is("[a-z-]*")' "$patch" | sed 's/.*is("//; s/").*//' | sort -u)
fi
# Each test that looks for one of them runs with none as well.
healthy=()
for mutant in "${mutants[@]}"; do
  case $mutant in
    cache-*) healthy+=(cache-none) ;;
    *) healthy+=(none) ;;
  esac
done
mapfile -t healthy < <(printf '%s\n' "${healthy[@]}" | sort -u)
status=0
for mutant in "${healthy[@]}" "${mutants[@]}"; do
  case $mutant in
    cache-*) binary=$cache test=every_answer count=$((seeds / 10)) ;;
    *) binary=$random test=random_programs count=$seeds ;;
  esac
  ended=0
  HTTPSYS_MUTANT=$mutant HTTPSYS_SHRINK=0 HTTPSYS_SEED=1 HTTPSYS_SEEDS=$count timeout 600 "$binary" \
    "$test" --nocapture >"$copy/output" 2>&1 || ended=$?
  found=$(sed -n '/^SEED/{s/^SEED \([0-9]*\): \(.\{0,90\}\).*/seed \1: \2/p;q}' "$copy/output")
  missed="not found in $count seeds"
  case $ended in
    124) missed="not found in 600 seconds" ;;
    134) found=${found:-the process has aborted: $(sed -n 's/.*panicked at /panicked at /p;T;q' "$copy/output")} ;;
  esac
  printf '%-28s %s\n' "$mutant" "${found:-$missed}"
  if [[ $mutant = *none ]]; then
    [ -z "$found" ] || status=1
  else
    [ -n "$found" ] || status=1
  fi
done
exit $status
