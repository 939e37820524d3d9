#!/bin/sh
# Links the shared library that `make install` installs: with a SONAME and a version of its symbols.
#
#   tools/shared.sh FOLDER VERSION ABI     FOLDER has cargo's libhttpapi.a and libhttpapi.so
#
# Leaves FOLDER/libhttpapi.so.ABI (macOS: libhttpapi.ABI.dylib). It is made from libhttpapi.a because
# rustc gives the linker a version script of its own for a cdylib, and a linker takes one only.
#
# Cargo's libhttpapi.so beside it has no SONAME, and is left alone: a program that was linked to it
# asks for libhttpapi.so, which is there whoever builds it: make, cargo or a test. So nothing that
# is linked by hand in the source tree can start with an older library than it was linked to.
#
# Exported are the names of crates/httpapi/symbols.txt, no others. CC names the compiler; SYSTEM=Darwin is
# for one that builds for macOS from elsewhere.
set -eu
folder=$1
version=$2
abi=$3
list=$(dirname "$0")/../crates/httpapi/symbols.txt
CC=${CC:-cc}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/httpsys-shared.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 129' HUP INT TERM
# A name that is listed but not there is nothing that every linker forgives.
names() { # the options of nm, the library
    nm "$@" 2> /dev/null | sed -n 's/^[0-9a-fA-F]* [A-TV-Z] //p' | sed "s/@.*//; s/^$under//" | sort -u > "$scratch/there"
    sed '/^#/d; /^$/d' "$list" | sort -u > "$scratch/listed"
    # An nm that does not read the file: all that are listed.
    if [ -s "$scratch/there" ]; then comm -12 "$scratch/there" "$scratch/listed"; else cat "$scratch/listed"; fi
}

case ${SYSTEM:-$(uname -s)} in
Darwin)
    under=_
    made=$folder/libhttpapi.$abi.dylib
    names -gU "$folder/libhttpapi.dylib" | sed 's/^/_/' > "$scratch/exports"
    [ -s "$scratch/exports" ] || { echo "$folder/libhttpapi.dylib exports nothing" >&2; exit 1; }
    # Two numbers of the version: a program does not start with a library that is older than its own.
    # shellcheck disable=SC2086 # the variable may hold arguments
    $CC -dynamiclib -o "$scratch/library" -Wl,-force_load,"$folder/libhttpapi.a" \
        -Wl,-exported_symbols_list,"$scratch/exports" -Wl,-dead_strip \
        -Wl,-headerpad_max_install_names -install_name "@rpath/libhttpapi.$abi.dylib" \
        -compatibility_version "${version%.*}" -current_version "$version" -lpthread -lm
    ;;
*)
    under=
    made=$folder/libhttpapi.so.$abi
    {
        echo "HTTPAPI_$abi { global:"
        names -D --defined-only "$folder/libhttpapi.so" | sed 's/$/;/'
        echo "local: *; };"
    } > "$scratch/exports"
    # nodelete: it has threads, which dlclose does not end.
    # shellcheck disable=SC2086
    $CC -shared -fPIC -o "$scratch/library" -Wl,--whole-archive "$folder/libhttpapi.a" \
        -Wl,--no-whole-archive -Wl,--gc-sections -Wl,-soname,"libhttpapi.so.$abi" \
        -Wl,--version-script="$scratch/exports" -Wl,--build-id=sha1 -Wl,-O1 -Wl,--as-needed \
        -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodelete,-z,defs \
        -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc
    ;;
esac
# Another file, and not other bytes: a program that runs has the old one mapped.
mv -f "$scratch/library" "$made"
