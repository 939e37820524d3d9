/* The address types of mingw-w64; but TIMEVAL is the system's struct timeval, so that a program may say
 * either to select.
 */
#pragma GCC system_header
#ifndef HTTPSYS_SDK_IP_TYPES_H
#define HTTPSYS_SDK_IP_TYPES_H

#include <sys/time.h>

#define TIMEVAL httpsys_sdk_TIMEVAL
#define PTIMEVAL httpsys_sdk_PTIMEVAL
#define LPTIMEVAL httpsys_sdk_LPTIMEVAL
#include_next <psdk_inc/_ip_types.h>
#undef TIMEVAL
#undef PTIMEVAL
#undef LPTIMEVAL
typedef struct timeval TIMEVAL, *PTIMEVAL, *LPTIMEVAL;

#endif /* HTTPSYS_SDK_IP_TYPES_H */
