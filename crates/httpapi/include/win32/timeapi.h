/* Pages: timeGetTime; timeBeginPeriod; timeEndPeriod; timeGetDevCaps. Milliseconds. The system's timers
 * are as fine as they are: a period changes nothing. TIMERR_NOCANDO for a period of 0. Any thread.
 */
#ifndef HTTPSYS_WIN32_TIMEAPI_H
#define HTTPSYS_WIN32_TIMEAPI_H

#include "windef.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef UINT MMRESULT;
#define TIMERR_NOERROR 0
#define TIMERR_NOCANDO 97
#define TIMERR_STRUCT 129
#define MMSYSERR_NOERROR 0
typedef struct timecaps_tag {
    UINT wPeriodMin;
    UINT wPeriodMax;
} TIMECAPS, *PTIMECAPS, *NPTIMECAPS, *LPTIMECAPS;
DWORD WINAPI timeGetTime(void);
MMRESULT WINAPI timeBeginPeriod(UINT uPeriod);
MMRESULT WINAPI timeEndPeriod(UINT uPeriod);
MMRESULT WINAPI timeGetDevCaps(LPTIMECAPS ptc, UINT cbtc);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_TIMEAPI_H */
