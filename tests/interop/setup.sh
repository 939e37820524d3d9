#!/usr/bin/env bash
# Installs the clients of tests/interop as far as this machine lets it: with apt-get as root, and
# Python packages into a folder of their own below ~/.cache. Says what it could not do.
set -uo pipefail
tools=${HTTPSYS_INTEROP_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/httpsys-interop}
missing=()
command -v curl > /dev/null || missing+=(curl)
command -v wrk > /dev/null || missing+=(wrk)
command -v node > /dev/null || missing+=(nodejs)
command -v python3 > /dev/null || missing+=(python3 python3-venv)
command -v chromium > /dev/null || command -v chromium-browser > /dev/null ||
  command -v google-chrome > /dev/null || missing+=(chromium)
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update > /dev/null
    for package in "${missing[@]}"; do
      apt-get install -y --no-install-recommends "$package" > /dev/null 2>&1 || echo "NOT INSTALLED: $package"
    done
  else
    echo "NOT INSTALLED (needs root and apt-get): ${missing[*]}"
  fi
fi
if command -v python3 > /dev/null && ! "$tools/venv/bin/python3" -c 'import requests, websockets' 2> /dev/null; then
  { python3 -m venv "$tools/venv" && "$tools/venv/bin/pip" install --quiet requests websockets; } ||
    echo "NOT INSTALLED: the Python packages requests and websockets"
fi
exit 0
