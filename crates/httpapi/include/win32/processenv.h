/* Standard handles, the command line and the environment. Any thread; other threads may be in getenv(3)
 * while the environment is changed here, but not in setenv(3).
 */
#ifndef HTTPSYS_WIN32_PROCESSENV_H
#define HTTPSYS_WIN32_PROCESSENV_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pages: GetStdHandle; SetStdHandle. The handles are of the descriptors 0, 1 and 2, for ReadFile,
 * WriteFile and the console functions; closing one leaves the descriptor open. Error: 6. */
#define STD_INPUT_HANDLE ((DWORD)-10)
#define STD_OUTPUT_HANDLE ((DWORD)-11)
#define STD_ERROR_HANDLE ((DWORD)-12)
WINBASEAPI HANDLE WINAPI GetStdHandle(DWORD nStdHandle);
WINBASEAPI BOOL WINAPI SetStdHandle(DWORD nStdHandle, HANDLE hHandle);

/* Page: GetCommandLine. The arguments, quoted for CommandLineToArgvW (shellapi.h). It is the
 * library's. */
WINBASEAPI LPSTR WINAPI GetCommandLineA(void);
WINBASEAPI LPWSTR WINAPI GetCommandLineW(void);

/* Pages: GetEnvironmentVariable; SetEnvironmentVariable; ExpandEnvironmentStrings;
 * GetEnvironmentStrings. Sizes are characters. Errors: ERROR_ENVVAR_NOT_FOUND (203),
 * ERROR_INVALID_PARAMETER (87). A name that exists as it is written comes first, then one that differs
 * in the case of ASCII letters only. */
WINBASEAPI DWORD WINAPI GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer, DWORD nSize);
WINBASEAPI DWORD WINAPI GetEnvironmentVariableW(LPCWSTR lpName, LPWSTR lpBuffer, DWORD nSize);
WINBASEAPI BOOL WINAPI SetEnvironmentVariableA(LPCSTR lpName, LPCSTR lpValue);
WINBASEAPI BOOL WINAPI SetEnvironmentVariableW(LPCWSTR lpName, LPCWSTR lpValue);
WINBASEAPI DWORD WINAPI ExpandEnvironmentStringsA(LPCSTR lpSrc, LPSTR lpDst, DWORD nSize);
WINBASEAPI DWORD WINAPI ExpandEnvironmentStringsW(LPCWSTR lpSrc, LPWSTR lpDst, DWORD nSize);
WINBASEAPI LPCH WINAPI GetEnvironmentStrings(void);
WINBASEAPI LPCH WINAPI GetEnvironmentStringsA(void);
WINBASEAPI LPWCH WINAPI GetEnvironmentStringsW(void);
WINBASEAPI BOOL WINAPI FreeEnvironmentStringsA(LPCH penv);
WINBASEAPI BOOL WINAPI FreeEnvironmentStringsW(LPWCH penv);

#ifdef UNICODE
#define GetCommandLine GetCommandLineW
#define GetEnvironmentVariable GetEnvironmentVariableW
#define SetEnvironmentVariable SetEnvironmentVariableW
#define ExpandEnvironmentStrings ExpandEnvironmentStringsW
#define GetEnvironmentStrings GetEnvironmentStringsW
#define FreeEnvironmentStrings FreeEnvironmentStringsW
#else
#define GetCommandLine GetCommandLineA
#define GetEnvironmentVariable GetEnvironmentVariableA
#define SetEnvironmentVariable SetEnvironmentVariableA
#define ExpandEnvironmentStrings ExpandEnvironmentStringsA
#define FreeEnvironmentStrings FreeEnvironmentStringsA
#endif

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_PROCESSENV_H */
