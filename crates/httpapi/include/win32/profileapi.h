/* Pages: QueryPerformanceCounter; QueryPerformanceFrequency (10,000,000 counts a second). The counter
 * counts while the system sleeps. FALSE with ERROR_INVALID_PARAMETER (87) for NULL. Any thread.
 */
#ifndef HTTPSYS_WIN32_PROFILEAPI_H
#define HTTPSYS_WIN32_PROFILEAPI_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

WINBASEAPI BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount);
WINBASEAPI BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_PROFILEAPI_H */
