/* Another spelling of bcrypt.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <bcrypt.h>
