/* Pages: GetDateFormatW; GetDateFormatEx; GetTimeFormatW; GetTimeFormatEx; Day, Month, Year, and Era
 * Format Pictures; Hour, Minute, and Second Format Pictures. The result is the number of units with the
 * NUL, or 0: ERROR_INVALID_PARAMETER (87), ERROR_INSUFFICIENT_BUFFER (122), ERROR_INVALID_FLAGS (1004).
 * With a size of 0 the size is told. The A functions take and give UTF-8. Any thread.
 * Differences: the locales are the invariant one and en-US, which is the user's and the system's; others
 * fail with 87.
 */
#ifndef HTTPSYS_WIN32_DATETIMEAPI_H
#define HTTPSYS_WIN32_DATETIMEAPI_H

#include "winnls.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DATE_SHORTDATE 0x00000001
#define DATE_LONGDATE 0x00000002
#define DATE_USE_ALT_CALENDAR 0x00000004
#define DATE_YEARMONTH 0x00000008
#define DATE_MONTHDAY 0x00000080
#define TIME_NOMINUTESORSECONDS 0x00000001
#define TIME_NOSECONDS 0x00000002
#define TIME_NOTIMEMARKER 0x00000004
#define TIME_FORCE24HOURFORMAT 0x00000008
WINBASEAPI int WINAPI GetDateFormatA(LCID Locale, DWORD dwFlags, const SYSTEMTIME *lpDate,
                                     LPCSTR lpFormat, LPSTR lpDateStr, int cchDate);
WINBASEAPI int WINAPI GetDateFormatW(LCID Locale, DWORD dwFlags, const SYSTEMTIME *lpDate,
                                     LPCWSTR lpFormat, LPWSTR lpDateStr, int cchDate);
WINBASEAPI int WINAPI GetDateFormatEx(LPCWSTR lpLocaleName, DWORD dwFlags,
                                      const SYSTEMTIME *lpDate, LPCWSTR lpFormat,
                                      LPWSTR lpDateStr, int cchDate, LPCWSTR lpCalendar);
WINBASEAPI int WINAPI GetTimeFormatA(LCID Locale, DWORD dwFlags, const SYSTEMTIME *lpTime,
                                     LPCSTR lpFormat, LPSTR lpTimeStr, int cchTime);
WINBASEAPI int WINAPI GetTimeFormatW(LCID Locale, DWORD dwFlags, const SYSTEMTIME *lpTime,
                                     LPCWSTR lpFormat, LPWSTR lpTimeStr, int cchTime);
WINBASEAPI int WINAPI GetTimeFormatEx(LPCWSTR lpLocaleName, DWORD dwFlags,
                                      const SYSTEMTIME *lpTime, LPCWSTR lpFormat,
                                      LPWSTR lpTimeStr, int cchTime);
#ifdef UNICODE
#define GetDateFormat GetDateFormatW
#define GetTimeFormat GetTimeFormatW
#else
#define GetDateFormat GetDateFormatA
#define GetTimeFormat GetTimeFormatA
#endif

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_DATETIMEAPI_H */
