#!/bin/sh
# `make install` and `make uninstall`: tools/install.sh install|uninstall, with the variables of the
# Makefile in the environment: DESTDIR, PREFIX, LIBDIR, DOCDIR, MANDIR, VERSION, ABI, FOLDER (of what was
# built), DEBUG_INFO, STRIP, OBJCOPY.
#
# Builds nothing, so that `sudo make install` runs no compiler.
#
# What it puts where is written down in PREFIX/share/httpsys/installed.txt, in final paths: files, and
# those folders that were not there before. `uninstall` removes exactly these, and a second install
# what the first one put and the second one did not.
#
# Nothing that is installed has the prefix in it, unless that is /usr: the tree may be moved, and works
# below DESTDIR already. A program is told where the library is (an rpath) unless the prefix is /usr,
# where every loader looks.
set -eu
umask 022
cd "$(dirname "$0")/.."

fail() {
    echo "make $action: $1" >&2
    exit 1
}

absolute() {
    case $1 in
    /*) echo "$1" ;;
    *) echo "$PWD/$1" ;;
    esac
}

action=$1
DESTDIR=${DESTDIR:-}
[ -z "$DESTDIR" ] || DESTDIR=$(absolute "${DESTDIR%/}")
PREFIX=$(absolute "${PREFIX:-/usr/local}")
PREFIX=${PREFIX%/}
LIBDIR=$(absolute "${LIBDIR:-$PREFIX/lib}")
DOCDIR=$(absolute "${DOCDIR:-$PREFIX/share/doc/httpsys}")
MANDIR=$(absolute "${MANDIR:-$PREFIX/share/man}")
manifest=$PREFIX/share/httpsys/installed.txt

# Removes the files of a list of paths, then the folders, the deepest first, that are empty.
remove() {
    sed -n 's/^file //p' "$1" | while IFS= read -r path; do rm -f "$DESTDIR$path"; done
    sed -n 's/^folder //p' "$1" | sort -r | while IFS= read -r path; do
        rmdir "$DESTDIR$path" 2> /dev/null || true
    done
}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/httpsys-install.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 129' HUP INT TERM

if [ "$action" = uninstall ]; then
    [ -f "$DESTDIR$manifest" ] || fail "nothing of httpsys is installed below $DESTDIR$PREFIX"
    # A copy: it is one of the files that go.
    cp "$DESTDIR$manifest" "$scratch/list"
    remove "$scratch/list"
    echo "Removed from $DESTDIR$PREFIX."
    exit 0
fi

case $(uname -s) in
Darwin)
    shared=libhttpapi.$ABI.dylib real=libhttpapi.$ABI.dylib plain=libhttpapi.dylib
    soname=@rpath/$shared
    private='-lpthread -lm'
    ;;
*)
    shared=libhttpapi.so.$ABI real=libhttpapi.so.$ABI.${VERSION#*.} plain=libhttpapi.so
    soname=$shared
    private='-lpthread -ldl -lm'
    ;;
esac
for name in "$shared" libhttpapi.a libhttpsys-wmain.a httpsysctl; do
    [ -f "$FOLDER/$name" ] || fail "$FOLDER/$name is not there. Run 'make build' first."
done
# What cargo has built since, without make.
[ -z "$(find "$FOLDER/libhttpapi.a" -newer "$FOLDER/$shared")" ] ||
    fail "$FOLDER/$shared is older than libhttpapi.a. Run 'make build' first."

# From a folder below the prefix up to the prefix; nothing if it lies elsewhere.
up_to_prefix() {
    case $1 in
    "$PREFIX"/*) echo "${1#"$PREFIX"/}" | sed 's|[^/][^/]*|..|g' ;;
    esac
}

[ -z "$DESTDIR" ] || mkdir -p "$DESTDIR"
: > "$scratch/list"
folder() {
    [ -d "$DESTDIR$1" ] || [ -z "$1" ] && return 0
    folder "${1%/*}"
    mkdir "$DESTDIR$1"
    echo "folder $1" >> "$scratch/list"
}

# put SOURCE PATH [MODE]: what is there goes first, so that a program that runs keeps what it has mapped.
put() {
    folder "${2%/*}"
    rm -f "$DESTDIR$2"
    cp "$1" "$DESTDIR$2"
    chmod "${3:-644}" "$DESTDIR$2"
    echo "file $2" >> "$scratch/list"
}

link() {
    folder "${2%/*}"
    rm -f "$DESTDIR$2"
    ln -s "$1" "$DESTDIR$2"
    echo "file $2" >> "$scratch/list"
}

# ---- Libraries ----

put "$FOLDER/$shared" "$LIBDIR/$real" 755
put "$FOLDER/libhttpapi.a" "$LIBDIR/libhttpapi.a"
put "$FOLDER/libhttpsys-wmain.a" "$LIBDIR/libhttpsys-wmain.a"
installed=$DESTDIR$LIBDIR/$real
case ${DEBUG_INFO:-separate}:$(uname -s) in
keep:*) ;;
separate:Darwin)
    put "$FOLDER/$shared" "$LIBDIR/$real" 755
    dsymutil "$installed" -o "$scratch/dsym"
    (cd "$scratch/dsym" && find . -type f) | while IFS= read -r name; do
        put "$scratch/dsym/$name" "$LIBDIR/$real.dSYM/${name#./}"
    done
    strip -x "$installed"
    strip -S "$DESTDIR$LIBDIR/libhttpapi.a"
    ;;
none:Darwin)
    strip -x "$installed"
    strip -S "$DESTDIR$LIBDIR/libhttpapi.a"
    ;;
separate:* | none:*)
    if ! command -v "$OBJCOPY" > /dev/null || ! command -v "$STRIP" > /dev/null; then
        echo "The libraries keep their debug information: no strip and objcopy (package binutils)."
    else
        if [ "${DEBUG_INFO:-separate}" = separate ]; then
            # Debuggers look beside the library.
            "$OBJCOPY" --only-keep-debug "$installed" "$scratch/$real.debug"
            put "$scratch/$real.debug" "$LIBDIR/.debug/$real.debug"
            "$STRIP" --strip-unneeded "$installed"
            (cd "$scratch" && "$OBJCOPY" "--add-gnu-debuglink=$real.debug" "$installed")
        else
            "$STRIP" --strip-unneeded "$installed"
        fi
        "$STRIP" --strip-debug "$DESTDIR$LIBDIR/libhttpapi.a"
    fi
    ;;
*) fail "DEBUG_INFO is none of separate, keep, none" ;;
esac
[ "$real" = "$shared" ] || link "$real" "$LIBDIR/$shared"
link "$shared" "$LIBDIR/$plain"

# ---- Headers: in a folder of their own; windows.h and its relatives one deeper ----

(cd crates/httpapi/include && find . -type f) > "$scratch/headers"
while IFS= read -r name; do
    put "crates/httpapi/include/$name" "$PREFIX/include/httpsys/${name#./}"
done < "$scratch/headers"

# ---- Compiler wrappers ----

put tools/httpsys-cc "$PREFIX/bin/httpsys-cc" 755
put tools/httpsys-c++ "$PREFIX/bin/httpsys-c++" 755
for name in missing.awk includes.awk windows-names; do put "tools/$name" "$PREFIX/share/httpsys/$name"; done
sed "s|@VERSION@|$VERSION|" tools/httpsys-cc.1.in > "$scratch/httpsys-cc.1"
put "$scratch/httpsys-cc.1" "$MANDIR/man1/httpsys-cc.1"
link httpsys-cc.1 "$MANDIR/man1/httpsys-c++.1"

# ---- httpsysctl: it writes its manual page and completions itself ----

put "$FOLDER/httpsysctl" "$PREFIX/bin/httpsysctl" 755
if [ "${DEBUG_INFO:-separate}" != keep ] && command -v "$STRIP" > /dev/null; then
    "$STRIP" "$DESTDIR$PREFIX/bin/httpsysctl"
fi
written() {
    "$FOLDER/httpsysctl" $1 > "$scratch/written"
    put "$scratch/written" "$2"
}
written manual "$MANDIR/man1/httpsysctl.1"
written "completions bash" "$PREFIX/share/bash-completion/completions/httpsysctl"
written "completions zsh" "$PREFIX/share/zsh/site-functions/_httpsysctl"
written "completions fish" "$PREFIX/share/fish/vendor_completions.d/httpsysctl.fish"

# ---- pkg-config and CMake ----

relative_lib=${LIBDIR#"$PREFIX"/}
case $PREFIX in
/usr | '')
    prefix=$PREFIX rpath=
    ;;
*)
    prefix=\${pcfiledir}/$(up_to_prefix "$LIBDIR/pkgconfig") rpath=' -Wl,-rpath,${libdir}'
    ;;
esac
cmake_prefix=\${CMAKE_CURRENT_LIST_DIR}/$(up_to_prefix "$LIBDIR/cmake/httpapi")
case $LIBDIR in
"$PREFIX"/*) libdir=\${prefix}/$relative_lib ;;
*) libdir=$LIBDIR prefix=$PREFIX cmake_prefix=$PREFIX ;; # nothing to be relative to
esac
fill() {
    sed -e "s|@PREFIX@|$prefix|g" -e "s|@LIBDIR@|$libdir|g" -e "s|@RPATH@|$rpath|g" \
        -e "s|@VERSION@|$VERSION|g" -e "s|@PRIVATE_LIBS@|$private|g" \
        -e "s|@CMAKE_PREFIX@|$cmake_prefix|g" -e "s|@LIBRARY@|$real|g" -e "s|@SONAME@|$soname|g" \
        "tools/$1.in" > "$scratch/$1"
    put "$scratch/$1" "$2/$1"
}
fill httpapi.pc "$LIBDIR/pkgconfig"
fill httpapi-win32.pc "$LIBDIR/pkgconfig"
fill httpapi-config.cmake "$LIBDIR/cmake/httpapi"
fill httpapi-config-version.cmake "$LIBDIR/cmake/httpapi"

# ---- Licences and documentation: as they lie in the source, so that their links hold ----

for name in LICENSE-* README.md CHANGELOG.md CONTRIBUTING.md docs/*.md docs/functions/*.md docs/reference/*.md docs/images/*.svg examples/c/*; do
    put "$name" "$DOCDIR/$name"
done

# ---- The list ----

old=$DESTDIR$manifest
folder "${manifest%/*}"
echo "file $manifest" >> "$scratch/list"
if [ -f "$old" ]; then
    sort -u "$scratch/list" > "$scratch/new"
    sort -u "$old" > "$scratch/old"
    comm -13 "$scratch/new" "$scratch/old" > "$scratch/gone"
    # Folders that an earlier install made are ours as long as they are there.
    sed -n 's/^folder //p' "$scratch/gone" > "$scratch/folders"
    grep -v '^folder ' "$scratch/gone" > "$scratch/files" || true
    remove "$scratch/files"
    while IFS= read -r path; do
        [ ! -d "$DESTDIR$path" ] || echo "folder $path" >> "$scratch/list"
    done < "$scratch/folders"
fi
sort -u "$scratch/list" > "$old"
chmod 644 "$old"

shown=$DESTDIR$PREFIX
packages=
[ "$shown" = /usr ] || packages="PKG_CONFIG_PATH=$DESTDIR$LIBDIR/pkgconfig "
cat << TEXT
Installed below $shown. A program is built by one of these:
  $shown/bin/httpsys-cc app.c -o app
  cc app.c \$(${packages}pkg-config --cflags --libs httpapi) -o app
  cmake -DCMAKE_PREFIX_PATH=$shown ...   with find_package(httpapi) and httpapi::httpapi
The first takes sources written for Windows as they are. 'make uninstall' with the same variables removes
what was installed.
TEXT
