/* Another spelling of rpc.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <rpc.h>
