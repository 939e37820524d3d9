#!/usr/bin/env bash
# curl against the samples over https, on TLS 1.2 and 1.3, by HTTP/1.1 and, if it can, HTTP/2. BASE is the address,
# CERTIFICATES the folder.
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
is() { [ "$1" = "$2" ] || fail "$3: expected '$2', got '$1'"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$CERTIFICATES"
http=--http1.1
get() { curl -sS --max-time 20 --cacert root.pem "$http" "$@"; }
line() { sed -n "s/^$1 //p"; }

head -c 900000 /dev/urandom > "$work/body"
protocols=(--http1.1)
if curl --version | grep -q HTTP2; then protocols+=(--http2); fi
for http in "${protocols[@]}"; do for version in 1.2 1.3; do
  only=(--tls-max "$version" "--tlsv$version")
  is "$(get "${only[@]}" "$BASE/tls" | line protocol)" "TLS $version" "TLS $version"
  is "$(get "${only[@]}" "$BASE/tls" | line client)" none "TLS $version without a certificate"
  get "${only[@]}" --cert client.pem "$BASE/tls" > "$work/trusted"
  grep -q '^client [0-9]* bytes, verdict 0x00000000$' "$work/trusted" ||
    fail "TLS $version with a certificate: $(cat "$work/trusted")"
  is "$(line client < "$work/trusted" | cut -d ' ' -f 1)" \
    "$(openssl x509 -in client.crt -outform DER | wc -c | tr -d ' ')" "TLS $version: the certificate's size"
  get "${only[@]}" --cert stranger.pem "$BASE/tls" > "$work/stranger"
  grep -q '^client [0-9]* bytes, verdict 0x800b0109$' "$work/stranger" ||
    fail "TLS $version with a stranger's certificate: $(cat "$work/stranger")"
  get "${only[@]}" --data-binary @"$work/body" -o "$work/back" "$BASE/echo"
  cmp -s "$work/body" "$work/back" || fail "TLS $version: echo of a large body"
  get "${only[@]}" -H 'Transfer-Encoding: chunked' --data-binary @"$work/body" -o "$work/back" "$BASE/echo"
  cmp -s "$work/body" "$work/back" || fail "TLS $version: echo of a chunked body"
  is "$(get "${only[@]}" "$BASE/stream" | wc -l | tr -d ' ')" 5 "TLS $version: an answer in parts"
  is "$(get "${only[@]}" "$BASE/" "$BASE/" -o /dev/null -o /dev/null -w '%{num_connects} ')" "1 0 " \
    "TLS $version: one connection for two requests"
done; done
for http in "${protocols[@]}"; do
  expected=(" 1.1" 56 "a reset")
  [ "$http" = --http1.1 ] || expected=(" 2" 92 "a reset of the stream")
  is "$(get -w ' %{http_version}' -o /dev/null "$BASE/")" "${expected[0]}" "$http by ALPN"
  status=0; get "$BASE/cancel" > /dev/null 2>&1 || status=$?
  is "$status" "${expected[1]}" "$http, cancel: ${expected[2]}"
done
http=--http1.1
status=0; curl -sS --max-time 20 "$BASE/" > /dev/null 2>&1 || status=$?
is "$status" 60 "a root that curl does not know"
status=0; get "http${BASE#https}/" > "$work/clear" 2>&1 || status=$?
[ "$status" -ne 0 ] || fail "clear text on the TLS port was answered: $(cat "$work/clear")"
status=0; get --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 "$BASE/" > /dev/null 2>&1 || status=$?
[ "$status" -ne 0 ] || fail "TLS 1.1 was spoken"
is "$(get "$BASE/tls" | line protocol)" "TLS 1.3" "after all of that"
echo "passed: $(curl --version | sed -n 1p)"
