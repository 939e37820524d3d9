/* FILETIME, SYSTEMTIME and time zones. Times are UTC unless a name says local; biases are minutes.
 * Functions that return BOOL fail with ERROR_INVALID_PARAMETER (87). Any thread.
 * Differences: the zone is the system's (TZ, /etc/localtime); StandardName and DaylightName are
 * abbreviations ("CET"), TimeZoneKeyName is a name of the IANA database ("Europe/Berlin").
 */
#ifndef HTTPSYS_WIN32_TIMEZONEAPI_H
#define HTTPSYS_WIN32_TIMEZONEAPI_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pages: FileTimeToSystemTime; SystemTimeToFileTime; CompareFileTime (-1, 0, 1);
 * FileTimeToLocalFileTime; LocalFileTimeToFileTime (both with today's offset); FileTimeToDosDateTime;
 * DosDateTimeToFileTime. */
WINBASEAPI BOOL WINAPI FileTimeToSystemTime(const FILETIME *lpFileTime, LPSYSTEMTIME lpSystemTime);
WINBASEAPI BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *lpSystemTime, LPFILETIME lpFileTime);
WINBASEAPI LONG WINAPI CompareFileTime(const FILETIME *lpFileTime1, const FILETIME *lpFileTime2);
WINBASEAPI BOOL WINAPI FileTimeToLocalFileTime(const FILETIME *lpFileTime,
                                               LPFILETIME lpLocalFileTime);
WINBASEAPI BOOL WINAPI LocalFileTimeToFileTime(const FILETIME *lpLocalFileTime,
                                               LPFILETIME lpFileTime);
WINBASEAPI BOOL WINAPI FileTimeToDosDateTime(const FILETIME *lpFileTime, LPWORD lpFatDate,
                                             LPWORD lpFatTime);
WINBASEAPI BOOL WINAPI DosDateTimeToFileTime(WORD wFatDate, WORD wFatTime, LPFILETIME lpFileTime);

/* Pages: TIME_ZONE_INFORMATION; DYNAMIC_TIME_ZONE_INFORMATION; GetTimeZoneInformation. */
#define TIME_ZONE_ID_UNKNOWN 0
#define TIME_ZONE_ID_STANDARD 1
#define TIME_ZONE_ID_DAYLIGHT 2
#define TIME_ZONE_ID_INVALID ((DWORD)0xFFFFFFFF)
typedef struct _TIME_ZONE_INFORMATION {
    LONG Bias;
    WCHAR StandardName[32];
    SYSTEMTIME StandardDate;
    LONG StandardBias;
    WCHAR DaylightName[32];
    SYSTEMTIME DaylightDate;
    LONG DaylightBias;
} TIME_ZONE_INFORMATION, *PTIME_ZONE_INFORMATION, *LPTIME_ZONE_INFORMATION;
typedef struct _TIME_DYNAMIC_ZONE_INFORMATION {
    LONG Bias;
    WCHAR StandardName[32];
    SYSTEMTIME StandardDate;
    LONG StandardBias;
    WCHAR DaylightName[32];
    SYSTEMTIME DaylightDate;
    LONG DaylightBias;
    WCHAR TimeZoneKeyName[128];
    BOOLEAN DynamicDaylightTimeDisabled;
} DYNAMIC_TIME_ZONE_INFORMATION, *PDYNAMIC_TIME_ZONE_INFORMATION;
WINBASEAPI DWORD WINAPI GetTimeZoneInformation(LPTIME_ZONE_INFORMATION lpTimeZoneInformation);
WINBASEAPI DWORD WINAPI
GetDynamicTimeZoneInformation(PDYNAMIC_TIME_ZONE_INFORMATION pTimeZoneInformation);
WINBASEAPI BOOL WINAPI GetTimeZoneInformationForYear(USHORT wYear,
                                                     PDYNAMIC_TIME_ZONE_INFORMATION pdtzi,
                                                     LPTIME_ZONE_INFORMATION ptzi);

/* Pages: SystemTimeToTzSpecificLocalTime; TzSpecificLocalTimeToSystemTime. NULL is the local zone. A
 * local time that comes twice counts as the first, one that is skipped as daylight saving time. */
WINBASEAPI BOOL WINAPI
SystemTimeToTzSpecificLocalTime(const TIME_ZONE_INFORMATION *lpTimeZoneInformation,
                                const SYSTEMTIME *lpUniversalTime, LPSYSTEMTIME lpLocalTime);
WINBASEAPI BOOL WINAPI
TzSpecificLocalTimeToSystemTime(const TIME_ZONE_INFORMATION *lpTimeZoneInformation,
                                const SYSTEMTIME *lpLocalTime, LPSYSTEMTIME lpUniversalTime);
WINBASEAPI BOOL WINAPI
SystemTimeToTzSpecificLocalTimeEx(const DYNAMIC_TIME_ZONE_INFORMATION *lpTimeZoneInformation,
                                  const SYSTEMTIME *lpUniversalTime, LPSYSTEMTIME lpLocalTime);
WINBASEAPI BOOL WINAPI
TzSpecificLocalTimeToSystemTimeEx(const DYNAMIC_TIME_ZONE_INFORMATION *lpTimeZoneInformation,
                                  const SYSTEMTIME *lpLocalTime, LPSYSTEMTIME lpUniversalTime);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_TIMEZONEAPI_H */
