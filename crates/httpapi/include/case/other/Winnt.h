/* Another spelling of winnt.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <winnt.h>
