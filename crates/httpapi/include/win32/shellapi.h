/* Page: CommandLineToArgvW. One block for LocalFree; the last pointer is NULL. Error: 87 for NULL.
 */
#ifndef HTTPSYS_WIN32_SHELLAPI_H
#define HTTPSYS_WIN32_SHELLAPI_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

WINBASEAPI LPWSTR *WINAPI CommandLineToArgvW(LPCWSTR lpCmdLine, int *pNumArgs);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_SHELLAPI_H */
