/* Functions that the library has, and that not every version of the mingw-w64 headers declares. */
#pragma GCC system_header
#ifndef HTTPSYS_SDK_ADDITIONS_H
#define HTTPSYS_SDK_ADDITIONS_H

#ifdef __cplusplus
extern "C" {
#endif

DWORD WINAPI GetTempPath2A(DWORD BufferLength, LPSTR Buffer);
DWORD WINAPI GetTempPath2W(DWORD BufferLength, LPWSTR Buffer);
#ifndef GetTempPath2
#ifdef UNICODE
#define GetTempPath2 GetTempPath2W
#else
#define GetTempPath2 GetTempPath2A
#endif
#endif
HRESULT WINAPI GetThreadDescription(HANDLE hThread, PWSTR *ppszThreadDescription);
HRESULT WINAPI SetThreadDescription(HANDLE hThread, PCWSTR lpThreadDescription);
LONG NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW lpVersionInformation);

#ifdef __cplusplus
}
#endif

#include "interlocked.h"

#endif /* HTTPSYS_SDK_ADDITIONS_H */
