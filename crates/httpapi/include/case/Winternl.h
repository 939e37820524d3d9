/* Another spelling of winternl.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <winternl.h>
