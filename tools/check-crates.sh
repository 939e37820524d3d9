#!/usr/bin/env bash
# The crates that this project depends on, and its promises to those who depend on its own.
#
#   tools/check-crates.sh
#
# 1. cargo-deny: licences, sources and unwanted crates, by deny.toml; and security advisories, whose database is
#    downloaded for that (OFFLINE=1 leaves them out).
# 2. cargo-semver-checks: that the public interfaces that docs/STABILITY.md promises are compatible with the last
#    tag. Without a tag there is nothing to compare with.
#
# A tool that is missing is an error with CI=true; otherwise its part is SKIPPED.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# have SUBCOMMAND: whether cargo has it.
have() {
  cargo "$1" --version >/dev/null 2>&1 && return
  echo "SKIPPED: cargo $1 is missing (cargo install --locked cargo-$1)"
  [ "${CI:-}" != true ] || exit 1
  return 1
}

if have deny; then
  checks=(bans licenses sources)
  [ "${OFFLINE:-}" = 1 ] || checks+=(advisories)
  cargo deny --workspace check "${checks[@]}"
fi

last=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || true)
if [ -z "$last" ]; then
  echo "SKIPPED: there is no tag to compare the public interfaces with"
elif have semver-checks; then
  cargo semver-checks --baseline-rev "$last" -p httpsys -p httpapi -p httpsys-sim
fi
