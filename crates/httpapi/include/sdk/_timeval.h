/* struct timeval is the system's. */
#pragma GCC system_header
#include <sys/time.h>
#ifndef _TIMEVAL_DEFINED
#define _TIMEVAL_DEFINED
#endif
