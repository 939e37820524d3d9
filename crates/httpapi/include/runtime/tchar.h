/* Page: Generic-Text Mappings. With UNICODE or _UNICODE text is wide. */
#ifndef HTTPSYS_WIN32_TCHAR_H
#define HTTPSYS_WIN32_TCHAR_H

#pragma GCC system_header

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#if defined(_UNICODE) && !defined(UNICODE)
#define UNICODE
#endif
#include "windef.h"

/* The mingw-w64 headers leave it to tchar.h. */
#ifndef _T
#define _T(text) TEXT(text)
#endif

typedef TCHAR _TCHAR;
#define _TEXT(text) TEXT(text)
#define __T(text) TEXT(text)

#ifdef UNICODE
#define HTTPSYS_TCHAR(narrow, wide) wide
#else
#define HTTPSYS_TCHAR(narrow, wide) narrow
#endif

#define _tmain HTTPSYS_TCHAR(main, wmain)
#define _tprintf HTTPSYS_TCHAR(printf, wprintf)
#define _tprintf_s HTTPSYS_TCHAR(printf_s, wprintf_s)
#define _ftprintf HTTPSYS_TCHAR(fprintf, fwprintf)
#define _vtprintf HTTPSYS_TCHAR(vprintf, vwprintf)
#define _vftprintf HTTPSYS_TCHAR(vfprintf, vfwprintf)
#define _sntprintf HTTPSYS_TCHAR(_snprintf, _snwprintf)
#define _vsntprintf HTTPSYS_TCHAR(_vsnprintf, _vsnwprintf)
#define _stprintf HTTPSYS_TCHAR(sprintf, _swprintf)
#define _stprintf_s HTTPSYS_TCHAR(sprintf_s, swprintf_s)
#define _sntprintf_s HTTPSYS_TCHAR(_snprintf_s, _snwprintf_s)
#define _vstprintf_s HTTPSYS_TCHAR(vsprintf_s, vswprintf_s)
#define _sctprintf HTTPSYS_TCHAR(_scprintf, _scwprintf)
#define _stscanf HTTPSYS_TCHAR(sscanf, swscanf)
#define _stscanf_s HTTPSYS_TCHAR(sscanf_s, swscanf_s)
#define _putts HTTPSYS_TCHAR(puts, _putws)
#define _fputts HTTPSYS_TCHAR(fputs, fputws)
#define _fgetts HTTPSYS_TCHAR(fgets, fgetws)
#define _puttchar HTTPSYS_TCHAR(putchar, putwchar)
#define _tfopen HTTPSYS_TCHAR(fopen, _wfopen)
#define _tfopen_s HTTPSYS_TCHAR(fopen_s, _wfopen_s)
#define _tcslen HTTPSYS_TCHAR(strlen, wcslen)
#define _tcsnlen HTTPSYS_TCHAR(strnlen, wcsnlen)
#define _tcscpy HTTPSYS_TCHAR(strcpy, wcscpy)
#define _tcsncpy HTTPSYS_TCHAR(strncpy, wcsncpy)
#define _tcscat HTTPSYS_TCHAR(strcat, wcscat)
#define _tcsncat HTTPSYS_TCHAR(strncat, wcsncat)
#define _tcscpy_s HTTPSYS_TCHAR(strcpy_s, wcscpy_s)
#define _tcsncpy_s HTTPSYS_TCHAR(strncpy_s, wcsncpy_s)
#define _tcscat_s HTTPSYS_TCHAR(strcat_s, wcscat_s)
#define _tcsncat_s HTTPSYS_TCHAR(strncat_s, wcsncat_s)
#define _tcscmp HTTPSYS_TCHAR(strcmp, wcscmp)
#define _tcsncmp HTTPSYS_TCHAR(strncmp, wcsncmp)
#define _tcsicmp HTTPSYS_TCHAR(_stricmp, _wcsicmp)
#define _tcsnicmp HTTPSYS_TCHAR(_strnicmp, _wcsnicmp)
#define _tcschr HTTPSYS_TCHAR(strchr, wcschr)
#define _tcsrchr HTTPSYS_TCHAR(strrchr, wcsrchr)
#define _tcsstr HTTPSYS_TCHAR(strstr, wcsstr)
#define _tcspbrk HTTPSYS_TCHAR(strpbrk, wcspbrk)
#define _tcsspn HTTPSYS_TCHAR(strspn, wcsspn)
#define _tcscspn HTTPSYS_TCHAR(strcspn, wcscspn)
#define _tcstok_s HTTPSYS_TCHAR(strtok_s, wcstok_s)
#define _tcsdup HTTPSYS_TCHAR(_strdup, _wcsdup)
#define _tcslwr HTTPSYS_TCHAR(_strlwr, _wcslwr)
#define _tcsupr HTTPSYS_TCHAR(_strupr, _wcsupr)
#define _tcstol HTTPSYS_TCHAR(strtol, wcstol)
#define _tcstoul HTTPSYS_TCHAR(strtoul, wcstoul)
#define _tcstoui64 HTTPSYS_TCHAR(_strtoui64, _wcstoui64)
#define _tcstod HTTPSYS_TCHAR(strtod, wcstod)
#define _ttoi HTTPSYS_TCHAR(atoi, _wtoi)
#define _tstoi HTTPSYS_TCHAR(atoi, _wtoi)
#define _ttol HTTPSYS_TCHAR(atol, _wtol)
#define _ttoi64 HTTPSYS_TCHAR(_atoi64, _wtoi64)
#define _itot HTTPSYS_TCHAR(_itoa, _itow)
#define _itot_s HTTPSYS_TCHAR(_itoa_s, _itow_s)

#endif /* HTTPSYS_WIN32_TCHAR_H */
