/* Another spelling of timeapi.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <timeapi.h>
