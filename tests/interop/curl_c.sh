#!/usr/bin/env bash
# curl, and wrk if it is here, against the C sample. BASE is its address.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }
is() { [ "$1" = "$2" ] || fail "$3: expected '$2', got '$1'"; }
# Its prefix has the host localhost.
get() { curl -sS --max-time 20 -H "Host: localhost:$PORT" "$@"; }
code() { get -o /dev/null -w '%{http_code}' "$@"; }

head -c 900000 /dev/urandom > "$work/body"
is "$(get "$BASE/")" "hello from the HTTP Server API" GET
is "$(get -d 'some text' "$BASE/echo")" "some text" POST
get --data-binary @"$work/body" -o "$work/back" "$BASE/echo"
cmp -s "$work/body" "$work/back" || fail "echo of a large body"
get -H 'Transfer-Encoding: chunked' -T "$work/body" -X POST -o "$work/back" "$BASE/echo"
cmp -s "$work/body" "$work/back" || fail "echo of a chunked body"
head -c 2000000 /dev/zero > "$work/long"
is "$(code --data-binary @"$work/long" "$BASE/echo")" 413 "too long a body"
is "$(get "$BASE/stream" | wc -l | tr -d ' ')" 5 "chunked answer"
is "$(get "$BASE/" "$BASE/" -o /dev/null -o /dev/null -w '%{num_connects} ')" "1 0 " "one connection for two requests"
is "$(code "$BASE/nothing")" 404 "404"
is "$(code --path-as-is "$BASE/%zz")" 400 "bad escape"
is "$(code -0 "$BASE/")" 200 "HTTP/1.0"
status=0; get "$BASE/cancel" > /dev/null 2>&1 || status=$?
is "$status" 56 "cancel"
seq 200 | sed "s|.*|url = \"$BASE/\"|" > "$work/many"
is "$(get -Z --parallel-max 50 -K "$work/many" | grep -c 'hello from')" 200 "200 requests in parallel"
if command -v wrk > /dev/null; then
  out=$(wrk -t1 -c32 -d1s --timeout 10s -H "Host: localhost:$PORT" "$BASE/")
  if grep -q 'Socket errors\|Non-2xx' <<< "$out"; then fail "$out"; fi
  grep 'Requests/sec' <<< "$out" || fail "$out"
fi
echo "passed: $(curl --version | sed -n 1p)"
