/* Page: strsafe.h header: StringCchCopy, StringCchCat, StringCchPrintf, StringCchLength, their Ex
 * and N forms and the same by bytes (StringCb...). Formats have Microsoft's meaning, see
 * crt/format.h. Brings stdio.h, string.h and stdarg.h, as on Windows. W functions take WCHAR, with and without -fshort-wchar.
 */
#ifndef HTTPSYS_WIN32_STRSAFE_H
#define HTTPSYS_WIN32_STRSAFE_H

#pragma GCC system_header

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "crt/format.h"
#include "windef.h"
#include "winerror.h"

#define STRSAFE_MAX_CCH 2147483647
#define STRSAFE_MAX_LENGTH (STRSAFE_MAX_CCH - 1)
#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007A)
#define STRSAFE_E_INVALID_PARAMETER ((HRESULT)0x80070057)
#define STRSAFE_E_END_OF_FILE ((HRESULT)0x80070026)

/* The dwFlags of the Ex functions; the low byte is the one to fill with. */
#define STRSAFE_IGNORE_NULLS 0x00000100
#define STRSAFE_FILL_BEHIND_NULL 0x00000200
#define STRSAFE_FILL_ON_FAILURE 0x00000400
#define STRSAFE_NULL_ON_FAILURE 0x00000800
#define STRSAFE_NO_TRUNCATION 0x00001000
#define STRSAFE_FILL_BYTE(byte) ((DWORD)(((byte)&0xFF) | STRSAFE_FILL_BEHIND_NULL))
#define STRSAFE_FAILURE_BYTE(byte) ((DWORD)(((byte)&0xFF) | STRSAFE_FILL_ON_FAILURE))

#define HTTPSYS_SAFE_CHAR char
#define HTTPSYS_SAFE_WIDE 0
#define HTTPSYS_SAFE(name) name##A
#include "crt/strsafe_width.h"
#undef HTTPSYS_SAFE_CHAR
#undef HTTPSYS_SAFE_WIDE
#undef HTTPSYS_SAFE
#define HTTPSYS_SAFE_CHAR WCHAR
#define HTTPSYS_SAFE_WIDE 1
#define HTTPSYS_SAFE(name) name##W
#include "crt/strsafe_width.h"
#undef HTTPSYS_SAFE_CHAR
#undef HTTPSYS_SAFE_WIDE
#undef HTTPSYS_SAFE

#ifdef UNICODE
#define HTTPSYS_SAFE_T(name) name##W
#else
#define HTTPSYS_SAFE_T(name) name##A
#endif
#define StringCchLength HTTPSYS_SAFE_T(StringCchLength)
#define StringCbLength HTTPSYS_SAFE_T(StringCbLength)
#define StringCchCopy HTTPSYS_SAFE_T(StringCchCopy)
#define StringCbCopy HTTPSYS_SAFE_T(StringCbCopy)
#define StringCchCopyN HTTPSYS_SAFE_T(StringCchCopyN)
#define StringCbCopyN HTTPSYS_SAFE_T(StringCbCopyN)
#define StringCchCopyEx HTTPSYS_SAFE_T(StringCchCopyEx)
#define StringCbCopyEx HTTPSYS_SAFE_T(StringCbCopyEx)
#define StringCchCat HTTPSYS_SAFE_T(StringCchCat)
#define StringCbCat HTTPSYS_SAFE_T(StringCbCat)
#define StringCchCatN HTTPSYS_SAFE_T(StringCchCatN)
#define StringCbCatN HTTPSYS_SAFE_T(StringCbCatN)
#define StringCchCatEx HTTPSYS_SAFE_T(StringCchCatEx)
#define StringCbCatEx HTTPSYS_SAFE_T(StringCbCatEx)
#define StringCchPrintf HTTPSYS_SAFE_T(StringCchPrintf)
#define StringCbPrintf HTTPSYS_SAFE_T(StringCbPrintf)
#define StringCchPrintfEx HTTPSYS_SAFE_T(StringCchPrintfEx)
#define StringCbPrintfEx HTTPSYS_SAFE_T(StringCbPrintfEx)
#define StringCchVPrintf HTTPSYS_SAFE_T(StringCchVPrintf)
#define StringCbVPrintf HTTPSYS_SAFE_T(StringCbVPrintf)

#endif /* HTTPSYS_WIN32_STRSAFE_H */
