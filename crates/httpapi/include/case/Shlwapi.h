/* Another spelling of shlwapi.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <shlwapi.h>
