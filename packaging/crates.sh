#!/usr/bin/env bash
# Packs the public crates as `cargo publish` would, builds them from the packages, and looks into
# them: what each manifest says, what is in it, and that no path of this machine is.
# Needs: nothing beyond Rust. Nothing is uploaded.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/platforms/common.sh
use_target_dir
packages=()
for manifest in crates/*/Cargo.toml; do
  packages+=("$(sed -n 's/^name = "\(.*\)"/\1/p' "$manifest" | sed -n 1p)")
done
arguments=()
for package in "${packages[@]}"; do arguments+=(-p "$package"); done
dirty=
[ "${CI:-}" = true ] || dirty=--allow-dirty
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | sed -n 1p)
# Cargo keeps what it unpacked for an earlier run, and takes it again for the same version.
for package in "${packages[@]}"; do
  rm -rf "${CARGO_HOME:-$HOME/.cargo}"/registry/{src,cache}/-*/"$package-$version"{,.crate}
done
say "${#packages[@]} crates, packed and built from their packages"
cargo package ${jobs:+-j "$jobs"} --locked $dirty "${arguments[@]}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for package in "${packages[@]}"; do
  tar -xzf "$CARGO_TARGET_DIR/package/$package-$version.crate" -C "$work"
  folder=$work/$package-$version
  for key in description license repository readme keywords categories rust-version; do
    grep -q "^$key = " "$folder/Cargo.toml" || fail "$package: no $key in its manifest"
  done
  [ "$(sed -n 1p "$folder/README.md")" = "# $package" ] || fail "$package: no README.md of its own"
  for text in LICENSE-MIT LICENSE-APACHE; do
    cmp -s "$text" "$folder/$text" || fail "$package: no $text"
  done
  grep -q '^\[package.metadata.docs.rs\]' "$folder/Cargo.toml" || fail "$package: nothing for docs.rs"
  [ -s "$folder/src/lib.rs" ] || fail "$package: no src/lib.rs"
  if grep -rIn -e "$PWD" -e "$HOME/" --exclude=.cargo_vcs_info.json "$folder"; then
    fail "$package: a path of this machine"
  fi
  if grep -qE '^path = "\.\.|^path = "/' "$folder/Cargo.toml"; then fail "$package: a dependency by path"; fi
  echo "$package: $(find "$folder" -type f | wc -l | tr -d ' ') files"
done
[ -s "$work/httpapi-$version/include/http.h" ] || fail "httpapi: without its headers"
say "make package: done"
