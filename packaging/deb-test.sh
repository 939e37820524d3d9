#!/usr/bin/env bash
# Builds the Debian packages from what is committed, has lintian look at them, installs them with dpkg
# into a scratch root, and compiles, links and runs C programs that see the installed files only.
# Needs: Debian or a relative, dpkg-dev, debhelper, gcc, pkg-config, curl. Skips: CMake and lintian, if
# they are not there and cannot be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/platforms/common.sh
has dpkg || fail "dpkg is missing: this needs Debian"
with_apt dpkg-buildpackage dpkg-dev
with_apt dh debhelper
with_apt pkg-config pkg-config
with_apt curl curl
use_target_dir deb
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/source" "$work/root"
git archive HEAD | tar -x -C "$work/source"
cp -R packaging/debian "$work/source/debian"
say "dpkg-buildpackage"
# Rust may come from rustup, which dpkg does not know: -d.
(cd "$work/source" && DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:-nopgo}" dpkg-buildpackage -b -us -uc -d > "$cache/deb.log" 2>&1) ||
  fail "dpkg-buildpackage failed: $(tail -n 5 "$cache/deb.log")"
machine=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
packages=()
for name in libhttpapi0 libhttpapi-dev httpsys-tools httpsysctl; do
  package=$(echo "$work/$name"_*.deb)
  [ -f "$package" ] || fail "no package $name"
  dpkg-deb --info "$package" | sed -n 's/^ \(Package\|Version\|Architecture\|Depends\)/\1/p'
  packages+=("$package")
done
contents() { dpkg-deb --contents "$1" | awk '{ print $6 }'; }
contents "${packages[0]}" | grep -x "./usr/lib/$machine/libhttpapi.so.0" > /dev/null || fail "no library for running"
[ -z "$(contents "${packages[0]}" | grep -e include -e '\.so$' -e '\.a$')" ] || fail "headers in the package for running"
dpkg-deb --info "${packages[0]}" symbols | grep -F '(symver)' > /dev/null && fail "the symbols were not read"
dpkg-deb --info "${packages[0]}" symbols | grep ' HttpInitialize@HTTPAPI_0 0.1.0$' > /dev/null || fail "no symbols"
dpkg-deb --info "${packages[0]}" shlibs | grep -x 'libhttpapi 0 libhttpapi0.*' > /dev/null || fail "no shlibs"

say "lintian"
if ! has lintian && [ "$(id -u)" -eq 0 ]; then (apt_install lintian) || true; fi
if has lintian; then
  # Everything but hints is said, errors end the step.
  lintian --fail-on error --suppress-tags bad-distribution-in-changes-file "$work"/httpsys_*.changes ||
    fail "lintian has errors"
else
  skip "lintian (not here)"
fi

say "Install into a scratch root"
root=$work/root
mkdir -p "$root/var/lib/dpkg"
touch "$root/var/lib/dpkg/status"
dpkg --root="$root" --force-depends --force-not-root --log=/dev/null -i "${packages[@]}" > "$cache/dpkg.log" 2>&1 ||
  fail "dpkg -i failed: $(tail -n 3 "$cache/dpkg.log")"
[ -f "$root/usr/include/httpsys/http.h" ] || fail "no http.h is installed"
if grep -raq -e "$PWD" -e "$work" "$root/usr/lib/$machine/pkgconfig" "$root/usr/lib/$machine/cmake" "$root/usr/bin"; then
  fail "a path of the build is in an installed file"
fi

try() {
  local program=$1 url= said=
  : > "$work/said"
  LD_LIBRARY_PATH="$root/usr/lib/$machine" "$program" 0 > "$work/said" 2>&1 &
  local server=$!
  for _ in $(seq 100); do
    url=$(sed -n 's/^listening on //p' "$work/said")
    [ -n "$url" ] && break
    sleep 0.1
  done
  [ -n "$url" ] && said=$(curl -s --max-time 5 "$url") || true
  { kill "$server" && wait "$server"; } 2> /dev/null || true
  [ -n "$said" ] || fail "$program does not answer: $(cat "$work/said")"
  echo "$(basename "$program"): $said"
}
say "httpsysctl"
HTTPSYS_CONFIG="$work/config.json" "$root/usr/bin/httpsysctl" dev-cert > "$work/said" || fail "httpsysctl: $(cat "$work/said")"
grep -q '0.0.0.0:8443' "$work/said" || fail "httpsysctl says: $(cat "$work/said")"
for name in man/man1/httpsysctl.1.gz man/man1/httpsys-cc.1.gz bash-completion/completions/httpsysctl zsh/vendor-completions/_httpsysctl \
  fish/vendor_completions.d/httpsysctl.fish; do
  [ -s "$root/usr/share/$name" ] || fail "no $name"
done
say "C programs against the installed files"
export PKG_CONFIG_SYSROOT_DIR="$root" PKG_CONFIG_LIBDIR="$root/usr/lib/$machine/pkgconfig"
cp examples/c/hello.c "$work/"
# shellcheck disable=SC2046
cc "$work/hello.c" $(pkg-config --cflags --libs httpapi) -lpthread -o "$work/by-pkg-config"
"$root/usr/bin/httpsys-cc" "$work/hello.c" -o "$work/by-httpsys-cc"
"$root/usr/bin/httpsys-cc" --static "$work/hello.c" -o "$work/by-httpsys-cc-static"
for program in by-pkg-config by-httpsys-cc by-httpsys-cc-static; do
  try "$work/$program"
done
if has cmake; then
  mkdir "$work/cmake"
  cat > "$work/cmake/CMakeLists.txt" << 'CMAKE'
cmake_minimum_required(VERSION 3.13)
project(probe C)
find_package(httpapi REQUIRED)
add_executable(by-cmake ../hello.c)
target_link_libraries(by-cmake httpapi::httpapi)
CMAKE
  cmake -S "$work/cmake" -B "$work/cmake/build" -DCMAKE_PREFIX_PATH="$root/usr" > "$cache/cmake.log" 2>&1 &&
    cmake --build "$work/cmake/build" >> "$cache/cmake.log" 2>&1 ||
    fail "CMake: $(tail -n 5 "$cache/cmake.log")"
  try "$work/cmake/build/by-cmake"
else
  skip "CMake (not here)"
fi
dpkg --root="$root" --log=/dev/null --force-not-root -P httpsysctl httpsys-tools libhttpapi-dev libhttpapi0 > /dev/null 2>&1 ||
  fail "the packages do not go"
[ -z "$(find "$root" -path "$root/var" -prune -o -type f -print)" ] || fail "files stay when the packages go"
say "make package-deb-test: done"
