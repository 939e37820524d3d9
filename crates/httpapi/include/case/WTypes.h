/* Another spelling of wtypes.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <wtypes.h>
