/* shlwapi.h of mingw-w64; but the formats are ours, which need no library. */
#pragma GCC system_header
#include <_mingw.h>

#define wnsprintfA httpsys_sdk_wnsprintfA
#define wnsprintfW httpsys_sdk_wnsprintfW
#define wvnsprintfA httpsys_sdk_wvnsprintfA
#define wvnsprintfW httpsys_sdk_wvnsprintfW
#include_next <shlwapi.h>
#undef wnsprintfA
#undef wnsprintfW
#undef wvnsprintfA
#undef wvnsprintfW

#include "../runtime/crt/shlwapi_print.h"
