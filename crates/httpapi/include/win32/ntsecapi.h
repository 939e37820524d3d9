/* Page: RtlGenRandom (TRUE, or FALSE for NULL), which is exported as SystemFunction036. Any thread. */
#ifndef HTTPSYS_WIN32_NTSECAPI_H
#define HTTPSYS_WIN32_NTSECAPI_H

#include "windef.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RtlGenRandom SystemFunction036
BOOLEAN NTAPI RtlGenRandom(PVOID RandomBuffer, ULONG RandomBufferLength);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_NTSECAPI_H */
