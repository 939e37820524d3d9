#!/usr/bin/env bash
# `make install` as its users meet it: into a scratch prefix, with and without DESTDIR, with a library
# folder of its own, moved, and over an older install. The recipes that it prints build programs outside
# the checkout, which start without LD_LIBRARY_PATH and answer. `make uninstall` leaves nothing.
# Needs: gcc, pkg-config, curl. Skips: CMake, if it is not there and cannot be had; what looks into ELF
# files, off Linux.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/platforms/common.sh
with_apt pkg-config pkg-config
with_apt curl curl
has cmake || { [ "$(id -u)" -eq 0 ] && has apt-get && apt_install cmake; } || true
# What make check has built is taken.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
work=$(mktemp -d)
work=$(cd "$work" && pwd -P)
trap 'rm -rf "$work"' EXIT
unset LD_LIBRARY_PATH DYLD_LIBRARY_PATH PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_LIBDIR || true

say "make build"
make build ${jobs:+CARGO="cargo --config build.jobs=$jobs"} > "$cache/install-build.log" 2>&1 ||
  fail "make build: $(tail -n 5 "$cache/install-build.log")"

# Starts a program on a free port, asks it once, ends it.
try() {
  local program=$1 url= said= server
  : > "$work/said"
  "$program" 0 > "$work/said" 2>&1 &
  server=$!
  for _ in $(seq 200); do
    url=$(sed -n 's/^listening on //p' "$work/said")
    [ -z "$url" ] || break
    kill -0 "$server" 2> /dev/null || break
    sleep 0.05
  done
  [ -z "$url" ] || said=$(curl -s --max-time 10 "$url") || true
  { kill "$server" && wait "$server"; } 2> /dev/null || true
  [ -n "$said" ] || fail "$program does not answer: $(cat "$work/said")"
}

# recipes NAME INSTALL-OUTPUT: runs each recipe that was printed, in a folder of its own.
recipes() {
  local folder=$work/programs/$1 printed=$2 prefix line count=0
  rm -rf "$folder"
  mkdir -p "$folder"
  cp examples/c/hello.c "$folder/app.c"
  printf '#include <windows.h>\n#include <http.h>\n#include <wchar.h>\nint wmain(int c, WCHAR **v) { (void)v; return c == 2 && wcslen(L"x") == 1 && sizeof(wchar_t) == 2 ? 0 : 1; }\n' > "$folder/wide.c"
  while IFS= read -r line; do
    rm -f "$folder/app"
    (cd "$folder" && sh -c "$line") || fail "$1: $line"
    try "$folder/app"
    count=$((count + 1))
  done < <(sed -n 's/^  \(.* -o app\)$/\1/p' "$printed")
  [ "$count" -eq 2 ] || fail "$1: $count recipes are printed"
  line=$(sed -n 's/^  \(.*httpsys-cc\) .*/\1/p' "$printed")
  for way in "" --static; do
    (cd "$folder" && sh -c "$line $way app.c -o app && $line $way wide.c -o wide && ./wide x") || fail "$1: $line $way"
    try "$folder/app"
  done
  printf 'int CreateNamedPipeW(void);\nint own(void);\nint main(void) { return CreateNamedPipeW() + own(); }\n' > "$folder/lacks.c"
  ! (cd "$folder" && sh -c "$line lacks.c -o lacks") 2> "$work/lacks" || fail "$1: a missing function is linked"
  [ "$(grep -c '^httpsys-cc: ' "$work/lacks")" -eq 1 ] &&
    grep "^httpsys-cc: CreateNamedPipeW is not part of httpsys: /.*/docs/WIN32.md lists what is" "$work/lacks" > /dev/null ||
    fail "$1: a missing function is not named: $(cat "$work/lacks")"
  if has cmake; then
    prefix=$(sed -n 's/^  cmake -DCMAKE_PREFIX_PATH=\([^ ]*\) .*/\1/p' "$printed")
    by_cmake "$folder" "$prefix"
  fi
}

by_cmake() {
  local folder=$1 target
  cat > "$folder/CMakeLists.txt" << 'CMAKE'
cmake_minimum_required(VERSION 3.13)
project(probe C)
find_package(httpapi 0.1 REQUIRED)
foreach(kind httpapi static win32 win32-static)
  add_executable(by-${kind} app.c)
  target_link_libraries(by-${kind} httpapi::${kind})
endforeach()
CMAKE
  { cmake -S "$folder" -B "$folder/build" -DCMAKE_PREFIX_PATH="$2" &&
    cmake --build "$folder/build"; } > "$cache/cmake.log" 2>&1 ||
    fail "CMake: $(tail -n 5 "$cache/cmake.log")"
  for target in httpapi static win32 win32-static; do try "$folder/build/by-$target"; done
}

# install NAME VARIABLE=VALUE...: what is there afterwards is in $work/NAME.files.
install_into() {
  local name=$1
  shift
  make --no-print-directory install "$@" > "$work/$name.said" || fail "make install $*"
}
uninstall_from() {
  make --no-print-directory uninstall "$@" > /dev/null || fail "make uninstall $*"
}
listing() { (cd "$1" && find . | sort); }

say "Into a prefix"
install_into plain PREFIX="$work/plain"
recipes plain "$work/plain.said"
[ -z "$(grep -rlF -e "$PWD" "$work/plain" --include='*.pc' --include='*.cmake' --include='*.1' --include='httpsys-c*')" ] ||
  fail "the checkout is named in an installed file"
for name in LICENSE-MIT LICENSE-APACHE README.md CHANGELOG.md docs/WHY.md examples/c/hello.c; do
  [ -s "$work/plain/share/doc/httpsys/$name" ] || fail "$name is not installed"
done
for name in bin/httpsysctl share/bash-completion/completions/httpsysctl share/zsh/site-functions/_httpsysctl \
  share/fish/vendor_completions.d/httpsysctl.fish share/man/man1/httpsysctl.1 share/man/man1/httpsys-cc.1 \
  share/doc/httpsys/docs/functions/HttpInitialize.md share/doc/httpsys/docs/images/objects.svg; do
  [ -s "$work/plain/$name" ] || fail "$name is not installed"
done
HTTPSYS_CONFIG="$work/config.json" "$work/plain/bin/httpsysctl" dev-cert > "$work/said" ||
  fail "httpsysctl: $(cat "$work/said")"
grep 'IP:port *: 0.0.0.0:8443' "$work/said" > /dev/null || fail "httpsysctl says: $(cat "$work/said")"
for option in $(tools/httpsys-cc --help | grep -oE -- '--[a-z][a-z-]*' | sort -u); do
  sed 's/\\-/-/g' "$work/plain/share/man/man1/httpsys-cc.1" | grep -e "$option" > /dev/null ||
    fail "the manual page of httpsys-cc does not have $option"
done
if has man; then
  man -l "$work/plain/share/man/man1/httpsys-cc.1" 2>&1 | grep -- --static > /dev/null || fail "the manual page says nothing"
fi

if [ "$(uname -s)" = Linux ]; then
  say "What is in the library"
  library=$work/plain/lib/libhttpapi.so.0
  readelf -d "$library" | grep 'SONAME.*\[libhttpapi.so.0\]' > /dev/null || fail "no SONAME"
  cc "$work/programs/plain/app.c" -I"$work/plain/include/httpsys" -L"$work/plain/lib" -lhttpapi -o "$work/by-hand"
  readelf -d "$work/by-hand" | grep "NEEDED.*\[libhttpapi.so.0\]" > /dev/null || fail "a program asks for another library"
  nm -D --defined-only "$library" | sed -n 's/^[0-9a-f]* [B-Z] //p' | sort > "$work/exported"
  [ -z "$(grep -v '@@HTTPAPI_0$' "$work/exported")" ] || fail "a name without a version"
  nm -D --defined-only "$CARGO_TARGET_DIR/release/libhttpapi.so" | sed -n 's/^[0-9a-f]* [B-Z] //p' | sort > "$work/cargo"
  sed 's/@@.*//' "$work/exported" | sort | cmp -s - "$work/cargo" || fail "other names than cargo's library exports"
  grep -q '^HttpsysVersion@@' "$work/exported" || fail "HttpsysVersion is not exported"
  [ -z "$(nm "$library" 2> /dev/null)" ] || fail "the library is not stripped"
  debug=$work/plain/lib/.debug/$(basename "$(readlink -f "$library")").debug
  [ "$(build_id() { readelf -n "$1" | sed -n 's/.*Build ID: //p'; }; build_id "$library")" = \
    "$(readelf -n "$debug" | sed -n 's/.*Build ID: //p')" ] || fail "the debug information is another library's"
  readelf -S "$debug" | grep '\.debug_line' > /dev/null || fail "no debug information beside the library"
fi

say "Moved"
mv "$work/plain" "$work/moved"
sed "s|$work/plain|$work/moved|g" "$work/plain.said" > "$work/moved.said"
recipes moved "$work/moved.said"
mv "$work/moved" "$work/plain"

say "Over an older install, and removed"
mkdir -p "$work/plain/include/others" "$work/plain/lib/pkgconfig"
echo other > "$work/plain/include/others/others.h"
echo old > "$work/plain/share/httpsys/old.txt"
echo "file $work/plain/share/httpsys/old.txt" >> "$work/plain/share/httpsys/installed.txt"
install_into again PREFIX="$work/plain"
[ ! -e "$work/plain/share/httpsys/old.txt" ] || fail "a file of the older install stays"
recipes again "$work/again.said"
uninstall_from PREFIX="$work/plain"
[ "$(listing "$work/plain" | tr '\n' ' ')" = ". ./include ./include/others ./include/others/others.h " ] ||
  fail "make uninstall leaves: $(listing "$work/plain" | tail -n 5)"
if make --no-print-directory uninstall PREFIX="$work/plain" > /dev/null 2>&1; then fail "uninstalled twice"; fi

say "With DESTDIR, and a folder for each machine"
mkdir "$work/root"
listing "$work/root" > "$work/before"
machine=$(cc -dumpmachine)
install_into staged DESTDIR="$work/root" PREFIX=/opt/httpsys DEBUG_INFO=none
recipes staged "$work/staged.said"
[ -z "$(grep -rlF -e "$work" "$work/root")" ] || fail "DESTDIR is named in an installed file"
uninstall_from DESTDIR="$work/root" PREFIX=/opt/httpsys
listing "$work/root" | cmp -s - "$work/before" || fail "make uninstall leaves: $(listing "$work/root")"
if [ "$(uname -s)" = Linux ]; then
  install_into machine PREFIX="$work/machine" LIBDIR="$work/machine/lib/$machine"
  recipes machine "$work/machine.said"
  uninstall_from PREFIX="$work/machine" LIBDIR="$work/machine/lib/$machine"
  [ ! -e "$work/machine" ] || fail "make uninstall leaves: $(listing "$work/machine")"
fi

say "Into a system prefix"
install_into system DESTDIR="$work/root" PREFIX=/usr DEBUG_INFO=keep
said=$(PKG_CONFIG_LIBDIR="$work/root/usr/lib/pkgconfig" pkg-config --cflags --libs httpapi-win32)
case $said in
  *rpath*) fail "an rpath for /usr: $said" ;;
  *-I/usr/include/httpsys*-lhttpapi*) ;;
  *) fail "pkg-config says: $said" ;;
esac
uninstall_from DESTDIR="$work/root" PREFIX=/usr
listing "$work/root" | cmp -s - "$work/before" || fail "make uninstall leaves: $(listing "$work/root")"

say "Without a build"
if make install PREFIX="$work/none" CARGO_TARGET_DIR="$work/nothing" > "$work/said" 2>&1; then fail "installed nothing"; fi
grep -q "Run 'make build' first" "$work/said" || fail "$(cat "$work/said")"
[ ! -e "$work/none" ] || fail "something is installed all the same"
has cmake || skip "CMake (not here)"
say "make package-install-test: done"
