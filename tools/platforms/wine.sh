# Wine for the tests of the Windows target; sourced by test-windows.sh and probe-windows.sh.
#
# Owns: the prefix below the cache, and a stand-in for one DLL: Rust's standard library takes random
# numbers from bcryptprimitives.dll, which Wine has since 8.7 only; and which tests have failed.

# failed_tests LOG: the tests that failed in what cargo test has said, one a line.
failed_tests() { tr -d '\r' < "$1" | sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p' | sort -u; }

use_wine() {
  with_apt x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
  with_apt wine wine wine64
  export WINEPREFIX="$cache/$(wine --version | cut -d' ' -f1)"
  export WINEDEBUG="${WINEDEBUG:--all}" WINEDLLOVERRIDES="${WINEDLLOVERRIDES:-mscoree,mshtml,winemenubuilder.exe=}"
  if [ ! -e "$WINEPREFIX/complete" ]; then
    say "A new prefix for $(wine --version)"
    rm -rf "$WINEPREFIX"
    DISPLAY='' timeout 300 wineboot --init > "$cache/wine.log" 2>&1 || fail "wineboot failed: $(tail -n 2 "$cache/wine.log")"
    wineserver -w
    touch "$WINEPREFIX/complete"
  fi
  local system=$WINEPREFIX/drive_c/windows/system32
  if [ ! -e "$system/bcryptprimitives.dll" ]; then
    cat > "$cache/bcryptprimitives.c" << 'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T left)
{
    while (left) {
        ULONG part = left > 0x10000 ? 0x10000 : (ULONG)left;
        if (!SystemFunction036(to, part)) return FALSE;
        to += part;
        left -= part;
    }
    return TRUE;
}
C
    x86_64-w64-mingw32-gcc -shared -O1 -o "$system/bcryptprimitives.dll" "$cache/bcryptprimitives.c" -ladvapi32
  fi
  # Programs follow one another, and the first one's end must not meet the next one's beginning: Wine's server ends with
  # its last program otherwise, and resets what starts meanwhile. Not for longer: Wine's services have the output of the
  # program that started them, and whoever reads it waits for their end.
  wineserver -p20 2> /dev/null || true
  export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
  export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine
}
