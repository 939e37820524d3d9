/* Another spelling of tchar.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <tchar.h>
