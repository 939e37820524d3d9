#!/usr/bin/env bash
# Installs the clients of tests/interop as far as this machine lets it: with apt-get as root, and
# packages of Python and Node into a folder of their own below ~/.cache. Says what it could not do;
# the tests that need it are skipped.
set -uo pipefail
tools=${HTTPSYS_INTEROP_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/httpsys-interop}
has() { command -v "$1" > /dev/null 2>&1; }
missing=()
has curl || missing+=(curl)
has wrk || missing+=(wrk)
# nghttp and h2load.
has h2load || missing+=(nghttp2-client)
has node || missing+=(nodejs)
has openssl || missing+=(openssl)
has testssl || has testssl.sh || missing+=(testssl.sh)
# certutil: in whose database Chromium looks for roots of the user.
has certutil || missing+=(libnss3-tools)
has python3 || missing+=(python3)
# Debian's Python comes without what makes a venv.
python3 -c 'import ensurepip, venv' 2> /dev/null || missing+=(python3-venv)
has chromium || has chromium-browser || has google-chrome || missing+=(chromium)
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$EUID" -eq 0 ] && has apt-get; then
    echo "installing: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update > /dev/null
    for package in "${missing[@]}"; do
      said=$(apt-get install -y --no-install-recommends "$package" 2>&1) ||
        echo "NOT INSTALLED: $package: $(tail -n 1 <<< "$said")"
    done
  else
    echo "NOT INSTALLED (needs root and apt-get): ${missing[*]}"
  fi
fi
if has python3 && ! "$tools/venv/bin/python3" -c 'import requests, websockets' 2> /dev/null; then
  { python3 -m venv "$tools/venv" && "$tools/venv/bin/pip" install --quiet requests websockets; } ||
    echo "NOT INSTALLED: the Python packages requests and websockets"
fi
# Beside the others: where they cannot be had, the others can.
if has python3 && ! "$tools/venv/bin/python3" -c 'import httpx, h2' 2> /dev/null; then
  "$tools/venv/bin/pip" install --quiet 'httpx[http2]' || echo "NOT INSTALLED: the Python packages httpx and h2"
fi
if has python3 && ! [ -x "$tools/venv/bin/sslyze" ]; then
  "$tools/venv/bin/pip" install --quiet sslyze || echo "NOT INSTALLED: the Python package sslyze"
fi
# WebSocket is a part of Node from 22 on, and behind an option from 20.10 on.
if has node && ! node --experimental-websocket -e 0 2> /dev/null && ! [ -d "$tools/node_modules/ws" ]; then
  { has npm && npm install --silent --prefix "$tools" ws; } || echo "NOT INSTALLED: the Node package ws"
fi
exit 0
