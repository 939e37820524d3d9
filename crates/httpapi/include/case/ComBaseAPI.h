/* Another spelling of combaseapi.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <combaseapi.h>
