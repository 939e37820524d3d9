#!/usr/bin/env bash
# curl against the example websocket: the handshake, seen as HTTP. BASE is its address.
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
# The connection stays open behind a 101, so that curl ends by its own limit (28).
shake() {
  status=0
  head=$(curl -sS --http1.1 --include -N --max-time 1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' \
    -H 'Sec-WebSocket-Version: 13' "$@" 2> /dev/null | tr -d '\r') || status=$?
}
shake -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' "$BASE/ws"
[ "$status" = 28 ] || fail "curl ended with $status"
# RFC 6455, section 1.3.
for line in 'HTTP/1.1 101 Switching Protocols' 'Connection: Upgrade' 'Upgrade: websocket' \
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='; do
  grep -qixF "$line" <<< "$head" || fail "'$line' is not in: $head"
done
shake "$BASE/ws"
grep -q '^HTTP/1.1 426' <<< "$head" || fail "without a key: $head"
[ "$status" = 0 ] || fail "curl ended with $status"
echo "passed: $(curl --version | sed -n 1p)"
