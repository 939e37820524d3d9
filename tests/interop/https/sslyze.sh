#!/usr/bin/env bash
# sslyze against the sample over https: as Mozilla's "intermediate" configuration, and no weak protocol or
# suite. PORT is the server's, CERTIFICATES the folder, TOOLS where sslyze is.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sslyze=$TOOLS/venv/bin/sslyze
[ -x "$sslyze" ] || sslyze=sslyze
status=0
timeout 120 "$sslyze" --certinfo_ca_file "$CERTIFICATES/root.pem" --json_out "$work/found.json" "localhost:$PORT" \
  > "$work/said" 2>&1 < /dev/null || status=$?
cat "$work/said"
grep -q "localhost:$PORT: OK - Compliant" "$work/said" || { echo "FAILED: not compliant" >&2; exit 1; }
[ "$status" -eq 0 ] || { echo "FAILED: sslyze ended with $status" >&2; exit 1; }
python3 - "$work/found.json" << 'END'
import json
import sys

result = json.load(open(sys.argv[1]))["server_scan_results"][0]["scan_result"]
for old in ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"]:
    suites = result[f"{old}_cipher_suites"]["result"]["accepted_cipher_suites"]
    assert suites == [], (old, suites)
for new in ["tls_1_2", "tls_1_3"]:
    suites = [suite["cipher_suite"]["name"] for suite in result[f"{new}_cipher_suites"]["result"]["accepted_cipher_suites"]]
    assert suites and all("GCM" in name or "CHACHA20" in name for name in suites), suites
END
echo "passed: sslyze $("$sslyze" --help | grep -o 'version [0-9.]*' | sed -n 1p)"
