/* System time, and the part of it that winbase.h holds (GetTickCount64). */
#ifndef HTTPSYS_WIN32_SYSINFOAPI_H
#define HTTPSYS_WIN32_SYSINFOAPI_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pages: GetSystemTimeAsFileTime; GetSystemTimePreciseAsFileTime; GetSystemTime; GetLocalTime. UTC but
 * for the last. NULL is ignored. Any thread. */
WINBASEAPI void WINAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime);
WINBASEAPI void WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME lpSystemTimeAsFileTime);
WINBASEAPI void WINAPI GetSystemTime(LPSYSTEMTIME lpSystemTime);
WINBASEAPI void WINAPI GetLocalTime(LPSYSTEMTIME lpSystemTime);
/* Page: GetSystemTimeAdjustment. Nothing is adjusted; a tick is 156,250 intervals of 100 ns. */
WINBASEAPI BOOL WINAPI GetSystemTimeAdjustment(PDWORD lpTimeAdjustment, PDWORD lpTimeIncrement,
                                               PBOOL lpTimeAdjustmentDisabled);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_SYSINFOAPI_H */
