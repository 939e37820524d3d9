# Builds httpsys_httpapi.dll; sourced by dll-windows.sh and test-dll.sh after common.sh.
#
# Owns: the DLL under its own name and the import library. The import library is made from what the DLL
# exports: the Http functions under their names, and `Httpsys_CloseHandle` and its like under the
# system's, so that a program that links to it before the system's libraries calls ours.

# build_dll FOLDER: leaves httpsys_httpapi.dll, httpsys_httpapi.def and libhttpsys_httpapi.a there.
build_dll() {
  local folder=$1 missing
  with_apt x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
  use_compiler x86_64-pc-windows-gnu
  export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
  say "httpsys_httpapi.dll"
  cargo build ${jobs:+-j "$jobs"} --release -p httpapi --features dll --target x86_64-pc-windows-gnu
  mkdir -p "$folder"
  # Debug information is four fifths of the file.
  x86_64-w64-mingw32-strip -o "$folder/httpsys_httpapi.dll" "$CARGO_TARGET_DIR/x86_64-pc-windows-gnu/release/httpapi.dll"
  exported_names "$folder/httpsys_httpapi.dll" > "$folder/exports.txt"
  missing=$(sed '/^# win32/,$d; /^#/d; /^$/d' crates/httpapi/symbols.txt | sort |
    comm -23 - "$folder/exports.txt")
  [ -z "$missing" ] || fail "the DLL does not export: $missing"
  if grep -qv '^Http' "$folder/exports.txt"; then
    fail "the DLL exports other names: $(grep -v '^Http' "$folder/exports.txt")"
  fi
  {
    echo 'LIBRARY httpsys_httpapi.dll'
    echo 'EXPORTS'
    sed -n 's/^Httpsys_\(.*\)$/\1 == Httpsys_\1/p' "$folder/exports.txt"
    sed '/^Httpsys_/d' "$folder/exports.txt"
  } > "$folder/httpsys_httpapi.def"
  rm -f "$folder/exports.txt" "$folder/libhttpsys_httpapi.a"
  x86_64-w64-mingw32-dlltool -m i386:x86-64 -d "$folder/httpsys_httpapi.def" \
    -l "$folder/libhttpsys_httpapi.a" || fail "dlltool makes no import library"
}

# The names in a DLL's export table, sorted.
exported_names() {
  x86_64-w64-mingw32-objdump -p "$1" |
    sed -n '/^\[Ordinal\/Name Pointer\] Table/,/^$/s/^[[:space:]]*\[ *[0-9]*\] \(+base\[ *[0-9]*\] *[0-9a-f]* \)\{0,1\}//p' |
    sed '/^\[Ordinal/d' | sort
}
