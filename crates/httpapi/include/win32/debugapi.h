/* Pages: OutputDebugString (to standard error, as UTF-8: there is no debugger that listens for it);
 * IsDebuggerPresent; CheckRemoteDebuggerPresent (6); DebugBreak (SIGTRAP). Any thread.
 */
#ifndef HTTPSYS_WIN32_DEBUGAPI_H
#define HTTPSYS_WIN32_DEBUGAPI_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

WINBASEAPI void WINAPI OutputDebugStringA(LPCSTR lpOutputString);
WINBASEAPI void WINAPI OutputDebugStringW(LPCWSTR lpOutputString);
WINBASEAPI BOOL WINAPI IsDebuggerPresent(void);
WINBASEAPI BOOL WINAPI CheckRemoteDebuggerPresent(HANDLE hProcess, PBOOL pbDebuggerPresent);
WINBASEAPI void WINAPI DebugBreak(void);

#ifdef UNICODE
#define OutputDebugString OutputDebugStringW
#else
#define OutputDebugString OutputDebugStringA
#endif

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_DEBUGAPI_H */
