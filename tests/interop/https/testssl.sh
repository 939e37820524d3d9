#!/usr/bin/env bash
# testssl.sh against the sample over https: nothing above LOW. PORT is the server's, CERTIFICATES the folder.
# Of protocols, suites, forward secrecy, what the server says, vulnerabilities.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=testssl
command -v "$program" > /dev/null || program=testssl.sh
status=0
timeout 240 "$program" --quiet --color 0 --warnings off --ip 127.0.0.1 --sneaky --add-ca "$CERTIFICATES/root.pem" \
  -p -s -f -S -U --jsonfile "$work/found.json" "localhost:$PORT" > "$work/said" < /dev/null 2>&1 || status=$?
cat "$work/said"
python3 - "$work/found.json" << 'END'
import json
import sys

found = json.load(open(sys.argv[1]))
by_id = {}
for finding in found:
    by_id.setdefault(finding["id"], finding["finding"])
# What has to have been looked at, lest an empty report passes.
for old in ["SSLv2", "SSLv3", "TLS1", "TLS1_1"]:
    assert by_id[old].startswith("not offered"), (old, by_id[old])
for new in ["TLS1_2", "TLS1_3"]:
    assert by_id[new].startswith("offered"), (new, by_id[new])
for weak in ["NULL", "aNULL", "EXPORT", "LOW", "3DES_IDEA"]:
    weak = f"cipherlist_{weak}"
    assert by_id[weak].startswith("not offered"), (weak, by_id[weak])
for attack in ["heartbleed", "CCS", "ROBOT", "secure_renego", "POODLE_SSL", "LOGJAM", "BEAST", "RC4"]:
    assert attack in by_id, attack


def is_of_the_scanner(finding):
    """Says something of the machine or of the scan, not of the server."""
    if finding["id"] in ("engine_problem", "scanTime"):
        return True
    # Its s_client reads nothing but the handshake, so it may be gone before the ticket of TLS 1.3 is there,
    # and then has nothing to resume by. openssl.sh waits for the ticket, and resumes.
    return finding["id"] == "sessionresumption_ticket" and "check failed" in finding["finding"]


bad = [f for f in found if f["severity"] not in ("OK", "INFO", "LOW") and not is_of_the_scanner(f)]
for finding in bad:
    print("FAILED:", finding["severity"], finding["id"], finding["finding"], file=sys.stderr)
sys.exit(bool(bad))
END
[ "$status" -lt 200 ] || { echo "FAILED: $program ended with $status" >&2; exit 1; }
echo "passed: $("$program" --version 2> /dev/null | grep -o 'testssl[^0-9]*[0-9.]*' | sed -n 1p)"
