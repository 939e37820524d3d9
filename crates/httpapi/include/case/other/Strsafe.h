/* Another spelling of strsafe.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <strsafe.h>
