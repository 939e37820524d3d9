/* Another spelling of initguid.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <initguid.h>
