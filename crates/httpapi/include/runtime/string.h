/* The system's string.h and Microsoft's additions to it; see crt/base.h. */
#pragma GCC system_header
#include_next <string.h>

#if !(defined(_MSC_VER) || defined(__MINGW32__)) && \
    !defined(HTTPSYS_WIN32_STRING_H) && !defined(HTTPSYS_CRT_HIDDEN)
#define HTTPSYS_WIN32_STRING_H
#include "crt/narrow_string.h"
#include "crt/wide_string.h"
#endif
