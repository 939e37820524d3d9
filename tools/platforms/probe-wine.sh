#!/usr/bin/env bash
# Builds httpsys-probe for Windows and starts it under Wine, whose httpapi.dll is not that of Windows:
# this shows that the program is built and starts, with one group of probes unless others are named. On Windows: target\...\httpsys-probe.exe.
# Needs: as test-windows.sh. Skips: any judgement of what Wine answers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/platforms/common.sh
. tools/platforms/wine.sh
use_wine
use_compiler x86_64-pc-windows-gnu
cargo build ${jobs:+-j "$jobs"} -p httpsys-tests --bin httpsys-probe --target x86_64-pc-windows-gnu
# A function that Wine lacks would start its debugger and wait for it.
export WINEDLLOVERRIDES="$WINEDLLOVERRIDES;winedbg.exe="
probe=$CARGO_TARGET_DIR/x86_64-pc-windows-gnu/debug/httpsys-probe.exe
said=$(timeout 200 wine "$probe" "${@:-4-dead-ids}") || true
printf '%s\n' "$said"
grep -q '^This is Wine' <<< "$said" || fail "the probe does not say that this is Wine"
grep -q 'probes, .* differ' <<< "$said" || fail "the probe did not come to its end"
