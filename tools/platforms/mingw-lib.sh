#!/usr/bin/env bash
# mingw-w64's archiver with the arguments of Microsoft's lib.exe, for check-windows.sh: C code of
# dependencies that is compiled for MSVC where nothing is linked.
set -euo pipefail
out=
objects=()
for argument; do
  case $argument in
    -out:*) out=${argument#-out:} ;;
    -nologo | "$out") ;;
    *) objects+=("$argument") ;;
  esac
done
exec x86_64-w64-mingw32-ar crs "$out" "${objects[@]}"
