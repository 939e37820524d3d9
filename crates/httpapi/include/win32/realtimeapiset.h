/* Pages: QueryInterruptTime; QueryUnbiasedInterruptTime (does not count while the system sleeps).
 * 100-nanosecond intervals since the system started. Any thread.
 */
#ifndef HTTPSYS_WIN32_REALTIMEAPISET_H
#define HTTPSYS_WIN32_REALTIMEAPISET_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

WINBASEAPI void WINAPI QueryInterruptTime(PULONGLONG lpInterruptTime);
WINBASEAPI void WINAPI QueryInterruptTimePrecise(PULONGLONG lpInterruptTimePrecise);
WINBASEAPI BOOL WINAPI QueryUnbiasedInterruptTime(PULONGLONG UnbiasedTime);
WINBASEAPI void WINAPI QueryUnbiasedInterruptTimePrecise(PULONGLONG lpUnbiasedInterruptTimePrecise);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_REALTIMEAPISET_H */
