/* Another spelling of sddl.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <sddl.h>
