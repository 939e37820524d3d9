/* Page: GetProcessMemoryInfo. Bytes: WorkingSetSize is the resident memory, PagefileUsage and
 * PrivateUsage are the address space; quotas are 0. Only the calling process. Errors: 6, 122. Any
 * thread.
 */
#ifndef HTTPSYS_WIN32_PSAPI_H
#define HTTPSYS_WIN32_PSAPI_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _PROCESS_MEMORY_COUNTERS {
    DWORD cb;
    DWORD PageFaultCount;
    SIZE_T PeakWorkingSetSize;
    SIZE_T WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage;
    SIZE_T QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage;
    SIZE_T QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage;
    SIZE_T PeakPagefileUsage;
} PROCESS_MEMORY_COUNTERS, *PPROCESS_MEMORY_COUNTERS;
typedef struct _PROCESS_MEMORY_COUNTERS_EX {
    DWORD cb;
    DWORD PageFaultCount;
    SIZE_T PeakWorkingSetSize;
    SIZE_T WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage;
    SIZE_T QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage;
    SIZE_T QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage;
    SIZE_T PeakPagefileUsage;
    SIZE_T PrivateUsage;
} PROCESS_MEMORY_COUNTERS_EX, *PPROCESS_MEMORY_COUNTERS_EX;
WINBASEAPI BOOL WINAPI GetProcessMemoryInfo(HANDLE Process,
                                            PPROCESS_MEMORY_COUNTERS ppsmemCounters, DWORD cb);
WINBASEAPI BOOL WINAPI K32GetProcessMemoryInfo(HANDLE Process,
                                               PPROCESS_MEMORY_COUNTERS ppsmemCounters, DWORD cb);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_PSAPI_H */
