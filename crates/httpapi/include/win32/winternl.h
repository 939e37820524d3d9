/* Page: RtlNtStatusToDosError. Also reachable from windows.h. */
#ifndef HTTPSYS_WIN32_WINTERNL_H
#define HTTPSYS_WIN32_WINTERNL_H

#include "ntstatus.h"

#ifdef __cplusplus
extern "C" {
#endif

ULONG NTAPI RtlNtStatusToDosError(NTSTATUS Status);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_WINTERNL_H */
