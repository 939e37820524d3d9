# Shared by the scripts of this folder; sourced, not run. Bash 3.2 is enough (macOS).
#
# Owns: where the caches are, how packages are installed, and which compiler builds for a target.
# Does not own: what is checked or tested; that is in the scripts.
#
# Caches lie below $HTTPSYS_CACHE, default $XDG_CACHE_HOME/httpsys or ~/.cache/httpsys. What a
# compiler made has its version in its path, so that a new compiler starts anew. Nothing is written
# into the clone.

cache=${HTTPSYS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/httpsys}
mkdir -p "$cache"
# Empty is as good as absent, for callers that cannot unset it.
[ -n "${CARGO_TARGET_DIR:-}" ] || unset CARGO_TARGET_DIR
jobs=${HTTPSYS_JOBS:-}
# HTTPSYS_SHORT=1 leaves out what compiles or runs the same code once more; the hosted workflow runs all of it.
# Each script says in its head what that is.
short=${HTTPSYS_SHORT:-}
export CARGO_INCREMENTAL=0
# Debug information would only cost time and disk here: what fails is looked into on its own machine.
export CARGO_PROFILE_DEV_DEBUG=0

say() { printf '==> %s (%ds)\n' "$*" "$SECONDS"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
# limited SECONDS COMMAND...: macOS has no timeout(1).
limited() { if has timeout; then timeout "$@"; else shift; "$@"; fi; }
has() { command -v "$1" > /dev/null 2>&1; }

# with_apt COMMAND PACKAGE...: installs the packages if the command is not there.
with_apt() {
  has "$1" && return 0
  local command=$1
  shift
  apt_install "$@"
  has "$command" || fail "$command is still missing after apt-get install $*"
}

apt_install() {
  [ "$(id -u)" -eq 0 ] && has apt-get || fail "missing (Debian: apt-get install $*)"
  echo "installing: $*"
  if [ ! -e "$cache/apt-updated" ] || [ -n "$(find "$cache/apt-updated" -mmin +60)" ]; then
    DEBIAN_FRONTEND=noninteractive apt-get -q update > "$cache/apt.log" 2>&1 ||
      fail "apt-get update failed: $(tail -n 2 "$cache/apt.log")"
    touch "$cache/apt-updated"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 install -y \
    --no-install-recommends "$@" > "$cache/apt.log" 2>&1 ||
    fail "apt-get install $* failed: $(tail -n 2 "$cache/apt.log")"
}

# Cargo's name for a variable of a target: upper AARCH64_APPLE_DARWIN.
upper() { echo "$1" | tr 'a-z.-' 'A-Z__'; }

# Sets `key` and CARGO_TARGET_DIR for the compiler that is in use.
use_target_dir() {
  key=$(rustc -vV | sed -n 's/^release: //p')-$(rustc -vV | sed -n 's/^commit-hash: \(.\{9\}\).*/\1/p')
  # Per clone: cargo takes what another clone made for its own if it is newer than the sources.
  local clone
  clone=$(pwd -P | cksum | cut -d' ' -f1)
  export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target/$key-$clone}${1:+/$1}"
  mkdir -p "$CARGO_TARGET_DIR"
}

# use_compiler TARGET...: puts a cargo and rustc into PATH that can build for all of them: the active
# toolchain if rustup can add the targets, else Debian's compiler with a library built from its
# source.
use_compiler() {
  local target absent=0
  for target in "$@"; do
    [ -d "$(rustc --print target-libdir --target "$target" 2> /dev/null)" ] || absent=1
  done
  if [ "${HTTPSYS_COMPILER:-}" != debian ]; then
    if [ $absent -eq 0 ] || { has rustup && limited 300 rustup --quiet target add "$@" 2> "$cache/rustup.log"; }; then
      use_target_dir
      return 0
    fi
    echo "rustup does not add $*: building the library from Debian's rust-web-src"
  fi
  use_debian_compiler "$@"
}

use_debian_compiler() {
  local target folder
  with_apt /usr/bin/rustc rustc-web
  with_apt /usr/bin/cargo cargo-web
  with_apt /usr/bin/cargo-clippy rust-web-clippy
  [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library" ] || apt_install rust-web-src
  # rustup's proxies would otherwise answer.
  export PATH=/usr/bin:$PATH RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc
  use_target_dir "${CARGO_TARGET_DIR:+debian}"
  for target in "$@"; do
    folder=$cache/sysroot/$key/$target
    [ -e "$folder/complete" ] || build_library "$target" "$folder"
    export "CARGO_TARGET_$(upper "$target")_RUSTFLAGS=--sysroot $folder"
    export "CARGO_TARGET_$(upper "$target")_RUSTDOCFLAGS=--sysroot $folder"
  done
}

# build_library TARGET FOLDER: std and its relatives for a target, once.
build_library() {
  local target=$1 folder=$2 work
  say "The standard library for $target"
  work=$(mktemp -d)
  mkdir "$work/src"
  : > "$work/src/lib.rs"
  printf '[package]\nname="stub"\nversion="0.0.0"\nedition="2021"\n[profile.release]\ndebug=0\n[workspace]\n' \
    > "$work/Cargo.toml"
  (
    unset CARGO_TARGET_DIR
    cd "$work"
    RUSTC_BOOTSTRAP=1 cargo build -q ${jobs:+-j "$jobs"} --release --target "$target" \
      -Zbuild-std=std,panic_unwind,panic_abort,test,proc_macro
  ) || fail "the standard library does not build for $target"
  mkdir -p "$folder/lib/rustlib/$target/lib"
  cp "$work/target/$target/release/deps/"*.rlib "$folder/lib/rustlib/$target/lib/"
  rm -f "$folder/lib/rustlib/$target/lib/"libstub*
  rm -rf "$work"
  touch "$folder/complete"
}

# Puts zig, cargo-zigbuild and a `zig-cc` into PATH, from PyPI.
use_zig() {
  local venv=$cache/zig
  if [ ! -x "$venv/bin/cargo-zigbuild" ] || ! "$venv/bin/python3" -c 'import ziglang' 2> /dev/null; then
    with_apt python3 python3 python3-venv
    python3 -c 'import ensurepip, venv' 2> /dev/null || apt_install python3-venv
    say "zig and cargo-zigbuild from PyPI"
    { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check \
      'ziglang>=0.15,<0.18' 'cargo-zigbuild>=0.20'; } || fail "ziglang and cargo-zigbuild do not install from PyPI"
  fi
  export PATH="$venv/bin:$PATH"
  export ZIG_GLOBAL_CACHE_DIR="$cache/zig-cache" ZIG_LOCAL_CACHE_DIR="$cache/zig-cache"
}

zig() { "$cache/zig/bin/python3" -m ziglang "$@"; }

# Says what is not done, in the form that is counted in CI's output.
skip() { echo "SKIPPED: $*"; }
