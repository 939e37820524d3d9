/* Page: FormatMessage. Characters stored without the NUL, 0 on failure: ERROR_INVALID_PARAMETER (87),
 * ERROR_INSUFFICIENT_BUFFER (122), ERROR_MR_MID_NOT_FOUND (317), ERROR_RESOURCE_TYPE_NOT_FOUND (1813),
 * ERROR_RESOURCE_LANG_NOT_FOUND (1815). Memory of FORMAT_MESSAGE_ALLOCATE_BUFFER is for LocalFree. Any
 * thread.
 * Differences: the texts of the system are short English sentences of our own; no module has messages.
 * A function that got its va_list as a parameter passes the address of a copy (va_copy), since the
 * parameter is a pointer on some systems.
 */
#ifndef HTTPSYS_WIN32_WINBASE_MESSAGES_H
#define HTTPSYS_WIN32_WINBASE_MESSAGES_H

#include <stdarg.h>

#include "winbase.h"
#include "winnls.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x00000200
#define FORMAT_MESSAGE_FROM_STRING 0x00000400
#define FORMAT_MESSAGE_FROM_HMODULE 0x00000800
#define FORMAT_MESSAGE_FROM_SYSTEM 0x00001000
#define FORMAT_MESSAGE_ARGUMENT_ARRAY 0x00002000
#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0x000000FF
WINBASEAPI DWORD WINAPI FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId,
                                       DWORD dwLanguageId, LPSTR lpBuffer, DWORD nSize,
                                       va_list *Arguments);
WINBASEAPI DWORD WINAPI FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId,
                                       DWORD dwLanguageId, LPWSTR lpBuffer, DWORD nSize,
                                       va_list *Arguments);
#ifdef UNICODE
#define FormatMessage FormatMessageW
#else
#define FormatMessage FormatMessageA
#endif

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_WINBASE_MESSAGES_H */
