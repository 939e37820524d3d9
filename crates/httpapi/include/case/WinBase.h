/* Another spelling of winbase.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <winbase.h>
