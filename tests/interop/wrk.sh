#!/usr/bin/env bash
# wrk against the example hello: a short run without one error. BASE is its address.
set -euo pipefail
out=$(wrk -t1 -c64 -d2s --timeout 10s "$BASE/hello")
echo "$out"
! grep -q 'Socket errors\|Non-2xx' <<< "$out"
grep -q 'Requests/sec' <<< "$out"
