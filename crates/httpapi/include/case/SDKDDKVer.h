/* Another spelling of sdkddkver.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <sdkddkver.h>
