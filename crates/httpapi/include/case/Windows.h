/* Another spelling of windows.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <windows.h>
