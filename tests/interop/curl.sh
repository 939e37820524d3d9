#!/usr/bin/env bash
# curl against the example hello. BASE is its address.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }
is() { [ "$1" = "$2" ] || fail "$3: expected '$2', got '$1'"; }
get() { curl -sS --max-time 20 "$@"; }
code() { get -o /dev/null -w '%{http_code}' "$@"; }

head -c 10485760 /dev/urandom > "$work/ten"
head -c 900000 /dev/urandom > "$work/body"

is "$(get "$BASE/hello")" "Hello, World!" GET
is "$(get -I "$BASE/" | tr -d '\r' | sed -n 's/^Content-Length: //p')" "$(get "$BASE/" | wc -c | tr -d ' ')" HEAD
is "$(get -d 'some text' "$BASE/echo")" "some text" POST
get --data-binary @"$work/body" -H 'Content-Type: application/x' -D "$work/head" -o "$work/back" "$BASE/echo"
cmp -s "$work/body" "$work/back" || fail "echo of a large body"
grep -qi '^content-type: application/x' "$work/head" || fail "Content-Type of the echo"
get -H 'Transfer-Encoding: chunked' --data-binary @"$work/body" -o "$work/back" "$BASE/echo"
cmp -s "$work/body" "$work/back" || fail "echo of a chunked body"
is "$(get -v -T "$work/ten" -X POST "$BASE/upload" 2> "$work/said")" 10485760 "upload of 10 MiB with Expect"
is "$(grep -ci '^> expect: 100-continue\|^< HTTP/1.1 100 Continue' "$work/said")" 2 "Expect of curl's own"
is "$(get -H 'Expect:' --data-binary @"$work/ten" "$BASE/upload")" 10485760 "upload of 10 MiB without Expect"
is "$(get -v -H 'Expect: 100-continue' -d x "$BASE/upload" 2>&1 | grep -c '100 Continue')" 1 "100 Continue"
is "$(get "$BASE/big" | wc -c | tr -d ' ')" 1048576 "download of 1 MiB"
is "$(get "$BASE/download/10485760" | wc -c | tr -d ' ')" 10485760 "download of 10 MiB"
is "$(get "$BASE/stream" | wc -l | tr -d ' ')" 5 "chunked answer"
is "$(get "$BASE/hello" "$BASE/hello" "$BASE/hello" -w ' %{num_connects} ' | tr -d '\n')" \
  "Hello, World! 1 Hello, World! 0 Hello, World! 0 " "one connection for three requests"
is "$(code "$BASE/nothing")" 404 "404"
is "$(code --path-as-is "$BASE/%zz")" 400 "bad escape"
is "$(code -H 'Host: a b' "$BASE/")" 400 "bad host"
is "$(code -X POST -H 'Content-Length;' "$BASE/echo" --http1.1 -d '' -H 'Content-Length: x')" 400 "bad length"
is "$(get -0 -w ' %{http_version}' "$BASE/hello")" "Hello, World! 1.1" "HTTP/1.0"
is "$(get -0 "$BASE/stream" | wc -l | tr -d ' ')" 5 "HTTP/1.0 without chunks"
is "$(get -0 "$BASE/hello" "$BASE/hello" -o /dev/null -o /dev/null -w '%{num_connects} ')" "1 1 " "HTTP/1.0 is closed"
is "$(get -x "$BASE" "http://localhost:$PORT/hello")" "Hello, World!" "absolute form"
status=0; get "$BASE/cancel" > /dev/null 2>&1 || status=$?
is "$status" 56 "cancel: a reset, which curl calls a failure to receive"
before=$(get "$BASE/gone")
get --max-time 1 -o /dev/null "$BASE/endless" 2> /dev/null && fail "an endless body ended"
get --max-time 1 --limit-rate 1000 -T "$work/ten" -X POST "$BASE/upload" > /dev/null 2>&1 && fail "a slow upload ended"
for _ in $(seq 100); do
  [ "$(get "$BASE/gone")" -ge $((before + 2)) ] && break
  sleep 0.1
done
[ "$(get "$BASE/gone")" -ge $((before + 2)) ] || fail "the server has not seen both clients go"
seq 200 | sed "s|.*|url = \"$BASE/hello\"|" > "$work/many"
is "$(get -Z --parallel-max 50 -K "$work/many" | grep -o 'Hello, World!' | wc -l | tr -d ' ')" 200 "200 requests in parallel"
status=0
get -i -N --http1.1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' "$BASE/hello" > "$work/up" || status=$?
grep -q '^HTTP/1.1 200' "$work/up" || fail "an upgrade that is not taken: $status"
echo "passed: $(curl --version | sed -n 1p)"
