/* winuser.h of mingw-w64; but the formats are ours, which need no library. */
#pragma GCC system_header
#include <_mingw.h>

#define wsprintfA httpsys_sdk_wsprintfA
#define wsprintfW httpsys_sdk_wsprintfW
#define wvsprintfA httpsys_sdk_wvsprintfA
#define wvsprintfW httpsys_sdk_wvsprintfW
#include_next <winuser.h>
#undef wsprintfA
#undef wsprintfW
#undef wvsprintfA
#undef wvsprintfW

#include "../runtime/crt/wsprintf.h"
