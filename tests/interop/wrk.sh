#!/usr/bin/env bash
# wrk against the example hello: short runs without one error. BASE is its address.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() {
  out=$(wrk --timeout 10s "$@")
  echo "$out" | grep 'requests in\|Requests/sec'
  if grep -q 'Socket errors\|Non-2xx' <<< "$out" || ! grep -q 'Requests/sec' <<< "$out"; then
    echo "FAILED: wrk $*: $out" >&2
    exit 1
  fi
}
run -t1 -c64 -d2s "$BASE/hello"
# 16 requests at once on each connection.
cat > "$work/pipeline.lua" << 'LUA'
init = function(args)
  local all = {}
  for n = 1, 16 do all[n] = wrk.format("GET", "/hello") end
  batch = table.concat(all)
end
request = function() return batch end
LUA
run -t1 -c16 -d1s -s "$work/pipeline.lua" "$BASE"
cat > "$work/post.lua" << 'LUA'
wrk.method, wrk.body = "POST", string.rep("x", 5000)
response = function(status, headers, body)
  if body ~= wrk.body then wrk.thread:stop() error("another body") end
end
LUA
run -t1 -c16 -d1s -s "$work/post.lua" "$BASE/echo"
echo "passed: wrk"
