/* Anonymous pipes. Named pipes are not there. */
#ifndef HTTPSYS_WIN32_NAMEDPIPEAPI_H
#define HTTPSYS_WIN32_NAMEDPIPEAPI_H

#include "fileapi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Page: CreatePipe. ReadFile and WriteFile fail with 109 when the other end is closed. The size is
 * the system's. */
WINBASEAPI BOOL WINAPI CreatePipe(PHANDLE hReadPipe, PHANDLE hWritePipe,
                                  LPSECURITY_ATTRIBUTES lpPipeAttributes, DWORD nSize);

/* Page: PeekNamedPipe. 109 when the other end is closed and the pipe is empty.
 * Partial: it tells how many bytes there are; with a buffer it fails with 50. */
WINBASEAPI BOOL WINAPI PeekNamedPipe(HANDLE hNamedPipe, LPVOID lpBuffer, DWORD nBufferSize,
                                     LPDWORD lpBytesRead, LPDWORD lpTotalBytesAvail,
                                     LPDWORD lpBytesLeftThisMessage);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_NAMEDPIPEAPI_H */
