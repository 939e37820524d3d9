#!/usr/bin/env bash
# curl, nghttp and h2load on HTTP/2 against the samples. BASE is the address, CERTIFICATES the folder.
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
is() { [ "$1" = "$2" ] || fail "$3: expected '$2', got '$1'"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$CERTIFICATES"
get() { curl -sS --http2 --max-time 20 --cacert root.pem "$@"; }

is "$(get -o /dev/null -w '%{http_version} %{http_code}' "$BASE/")" "2 200" "HTTP/2 by ALPN"
is "$(curl -sS --http1.1 --max-time 20 --cacert root.pem -o /dev/null -w '%{http_version}' "$BASE/")" 1.1 \
  "HTTP/1.1 by ALPN beside it"
head -c 1048575 /dev/urandom > "$work/body"
for length in 0 1 16384 16385 65535 65536 1048575; do
  head -c "$length" "$work/body" > "$work/sent"
  get -X POST --data-binary @"$work/sent" -o "$work/back" "$BASE/echo"
  cmp -s "$work/sent" "$work/back" || fail "echo of $length bytes"
done
is "$(get "$BASE/stream" | tr '\n' '|')" "piece 1 of 5|piece 2 of 5|piece 3 of 5|piece 4 of 5|piece 5 of 5|" \
  "an answer in parts, without the chunked coding"
is "$(get -I -o /dev/null -w '%{http_code} %{size_download}' "$BASE/")" "200 0" HEAD
is "$(get -o /dev/null -o /dev/null -w '%{num_connects} ' "$BASE/" "$BASE/")" "1 0 " "one connection for two requests"
is "$(get -Z --parallel-max 100 -o /dev/null -w '%{http_version} %{http_code}\n' "$BASE/?[1-300]" | sort | uniq -c |
  sed 's/^ *//')" "300 2 200" "300 requests at a time"
status=0; get "$BASE/cancel" > /dev/null 2>&1 || status=$?
is "$status" 92 "cancel: a stream that was reset"

nghttp -n --no-verify-peer -s "$BASE/" "$BASE/stream" > "$work/nghttp" 2>&1 || true
if grep -q unrecognized "$work/nghttp"; then nghttp -n -s "$BASE/" "$BASE/stream" > "$work/nghttp"; fi
is "$(grep -c ' 200 ' "$work/nghttp")" 2 "nghttp: two streams"
nghttp -v -d "$work/body" -H ':method: POST' --trailer 'x-sum: 1' "$BASE/echo" > "$work/nghttp" 2>&1
grep -aq 'recv GOAWAY.*' "$work/nghttp" && grep -aq PROTOCOL_ERROR "$work/nghttp" && fail "nghttp: trailers"
grep -aq ':status: 200' "$work/nghttp" || fail "nghttp: 1 MiB with trailers"

h2load -n 2000 -c 2 -m 100 "$BASE/" > "$work/load"
grep -q '2000 succeeded, 0 failed, 0 errored' "$work/load" || fail "h2load: $(cat "$work/load")"
h2load -n 200 -c 2 -m 50 -d "$work/sent" "$BASE/echo" > "$work/load"
grep -q '200 succeeded, 0 failed, 0 errored' "$work/load" || fail "h2load with content: $(cat "$work/load")"
h2load -n 1000 -c 1 -m 1000 -w 12 -W 14 "$BASE/stream" > "$work/load"
grep -q '1000 succeeded, 0 failed, 0 errored' "$work/load" || fail "h2load with small windows: $(cat "$work/load")"
echo "passed: $(curl --version | sed -n 1p); $(nghttp --version); $(h2load --version)"
