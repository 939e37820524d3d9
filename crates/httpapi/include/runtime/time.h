/* The system's time.h and Microsoft's additions to it; see crt/base.h. */
#pragma GCC system_header
#include_next <time.h>

#if !(defined(_MSC_VER) || defined(__MINGW32__)) && !defined(HTTPSYS_RUNTIME_TIME_H) && \
    !defined(HTTPSYS_CRT_HIDDEN) && !defined(__need_time_t) && !defined(__need_clock_t) && !defined(__need_timespec)
#define HTTPSYS_RUNTIME_TIME_H
#include "crt/time.h"
#endif
