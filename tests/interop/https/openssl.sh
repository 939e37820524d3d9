#!/usr/bin/env bash
# openssl s_client against the samples over https. PORT is the server's, CERTIFICATES the folder.
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$CERTIFICATES"
# The answer and what s_client says of the session. It ends when the server has closed, with 1: there is no
# close_notify (TLS-008).
ask() {
  printf 'GET %s HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n' "${ASKED:-/tls}" "$PORT" |
    timeout 20 openssl s_client -connect "127.0.0.1:$PORT" -CAfile root.pem -verify_return_error -ign_eof "$@" 2>&1 || true
}
has() { grep -q -- "$1" "$work/said" || fail "$2: no '$1' in: $(cat "$work/said")"; }

for version in 1.2 1.3; do
  only=(-servername localhost "-tls${version/./_}")
  ask "${only[@]}" > "$work/said"
  has '^HTTP/1.1 200' "TLS $version"
  has "protocol TLS $version" "TLS $version"
  has 'Verify return code: 0 (ok)' "TLS $version"
  has '^client none' "TLS $version without a certificate"
  ask "${only[@]}" -cert client.crt -key client.key > "$work/said"
  has 'client [0-9]* bytes, verdict 0x00000000' "TLS $version with a certificate"
  ask "${only[@]}" -alpn http/1.1 > "$work/said"
  has 'ALPN protocol: http/1.1' "TLS $version: ALPN"
  # Resumed by a ticket, and in TLS 1.2 by the session's id, too.
  for how in '' ${version/1.3/} ; do
    more=(); [ -z "$how" ] || more=(-no_ticket)
    ask "${only[@]}" "${more[@]}" -sess_out "$work/session" > "$work/said"
    ask "${only[@]}" "${more[@]}" -sess_in "$work/session" > "$work/said"
    has '^Reused, TLS' "TLS $version: resumption ${more[*]}"
    has '^HTTP/1.1 200' "TLS $version: resumption ${more[*]}"
  done
done
# Without a name, at the address.
ask -noservername > "$work/said"
has '^HTTP/1.1 200' "without a name"
# 0-RTT is not offered.
ask -servername localhost -tls1_3 > "$work/said"
has 'Max Early Data: 0\|^HTTP/1.1 200' "early data"
! grep -q 'Early data was accepted' "$work/said" || fail "early data was accepted"
for old in -tls1 -tls1_1; do
  ask -servername localhost "$old" -cipher DEFAULT@SECLEVEL=0 > "$work/said"
  ! grep -q '^HTTP/1.1' "$work/said" || fail "$old was answered"
done
echo "passed: $(openssl version)"
