/* Another spelling of winuser.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <winuser.h>
