/* Clocks, dates, time zones, and both as text. */
#include "check.h"

#include <errno.h>
#include <mmsystem.h>
#include <string.h>
#include <sys/timeb.h>
#include <time.h>
#include <wchar.h>

static SYSTEMTIME date(WORD year, WORD month, WORD day, WORD hour, WORD minute)
{
    SYSTEMTIME made;
    memset(&made, 0, sizeof made);
    made.wYear = year;
    made.wMonth = month;
    made.wDay = day;
    made.wHour = hour;
    made.wMinute = minute;
    return made;
}

static ULONGLONG intervals(FILETIME time)
{
    return (ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static void clocks(void)
{
    FILETIME first, second;
    SYSTEMTIME utc;
    LARGE_INTEGER frequency, before, after;
    ULONGLONG unbiased = 0;
    TIMECAPS caps;

    GetSystemTimeAsFileTime(&first);
    GetSystemTimePreciseAsFileTime(&second);
    CHECK(intervals(second) + 1000000 >= intervals(first));
    CHECK(intervals(second) - intervals(first) + 1000000 < 600000000);
    /* 2020 to 2200. */
    CHECK(intervals(first) > 132223104000000000ull && intervals(first) < 189000000000000000ull);
    GetSystemTime(&utc);
    CHECK(SystemTimeToFileTime(&utc, &second));
    CHECK(intervals(second) + 20000 >= intervals(first));
    CHECK(QueryPerformanceFrequency(&frequency) && frequency.QuadPart == 10000000);
    CHECK(QueryPerformanceCounter(&before) && before.QuadPart > 0);
    Sleep(20);
    CHECK(QueryPerformanceCounter(&after));
    CHECK(after.QuadPart - before.QuadPart >= 150000);
    CHECK(QueryUnbiasedInterruptTime(&unbiased) && unbiased > 0);
    CHECK(timeGetTime() != 0);
    CHECK(timeBeginPeriod(1) == TIMERR_NOERROR && timeEndPeriod(1) == TIMERR_NOERROR);
    CHECK(timeGetDevCaps(&caps, sizeof caps) == TIMERR_NOERROR && caps.wPeriodMin == 1);
}

static void dates(void)
{
    SYSTEMTIME given = date(2024, 2, 29, 23, 59), told;
    FILETIME file, other = { 0, 0x80000000 };
    WORD dos_date, dos_time;

    given.wMilliseconds = 7;
    given.wDayOfWeek = 99; /* ignored */
    CHECK(SystemTimeToFileTime(&given, &file));
    CHECK(intervals(file) == 133537247400070000ull);
    CHECK(FileTimeToSystemTime(&file, &told));
    CHECK(told.wYear == 2024 && told.wMonth == 2 && told.wDay == 29 && told.wDayOfWeek == 4);
    CHECK(told.wHour == 23 && told.wMinute == 59 && told.wSecond == 0 && told.wMilliseconds == 7);
    /* A day that its month does not have is refused too, but not by Wine. */
    given = date(1600, 1, 1, 0, 0);
    FAILS(ERROR_INVALID_PARAMETER, SystemTimeToFileTime(&given, &file));
    FAILS(ERROR_INVALID_PARAMETER, FileTimeToSystemTime(&other, &told));
    CHECK(CompareFileTime(&file, &other) == -1 && CompareFileTime(&other, &file) == 1);
    CHECK(CompareFileTime(&file, &file) == 0);

    given = date(1980, 1, 1, 12, 34);
    given.wSecond = 56;
    CHECK(SystemTimeToFileTime(&given, &file));
    CHECK(FileTimeToDosDateTime(&file, &dos_date, &dos_time));
    CHECK(dos_date == 0x21 && dos_time == (12 << 11 | 34 << 5 | 28));
    CHECK(DosDateTimeToFileTime(dos_date, dos_time, &other) && !CompareFileTime(&file, &other));
    CHECK(FileTimeToLocalFileTime(&file, &other) && LocalFileTimeToFileTime(&other, &other));
    CHECK(!CompareFileTime(&file, &other));
}

static TIME_ZONE_INFORMATION new_york(void)
{
    TIME_ZONE_INFORMATION zone;
    memset(&zone, 0, sizeof zone);
    zone.Bias = 300;
    zone.DaylightBias = -60;
    zone.StandardDate.wMonth = 11;
    zone.StandardDate.wDay = 1;
    zone.StandardDate.wHour = 2;
    zone.DaylightDate.wMonth = 3;
    zone.DaylightDate.wDay = 2;
    zone.DaylightDate.wHour = 2;
    return zone;
}

static void local_is(TIME_ZONE_INFORMATION *zone, SYSTEMTIME utc, WORD day, WORD hour)
{
    SYSTEMTIME local, again;
    CHECK(SystemTimeToTzSpecificLocalTime(zone, &utc, &local));
    if (local.wDay != day || local.wHour != hour) {
        printf("%u-%u %u UTC is %u %u, not %u %u\n", utc.wMonth, utc.wDay, utc.wHour, local.wDay,
               local.wHour, day, hour);
        failures++;
    }
    CHECK(TzSpecificLocalTimeToSystemTime(zone, &local, &again));
    CHECK(again.wHour == utc.wHour && again.wDay == utc.wDay);
}

static void zones(void)
{
    TIME_ZONE_INFORMATION zone = new_york(), own;
    DYNAMIC_TIME_ZONE_INFORMATION dynamic;
    SYSTEMTIME bad = date(2024, 13, 1, 0, 0), told;
    DWORD season;

    local_is(&zone, date(2024, 1, 15, 12, 0), 15, 7);
    local_is(&zone, date(2024, 7, 15, 12, 0), 15, 8);
    local_is(&zone, date(2024, 3, 10, 6, 59), 10, 1);
    local_is(&zone, date(2024, 3, 10, 7, 0), 10, 3);
    local_is(&zone, date(2024, 11, 3, 5, 59), 3, 1);
    local_is(&zone, date(2024, 11, 3, 7, 0), 3, 2);
    local_is(&zone, date(2024, 1, 1, 2, 0), 31, 21);
    zone.StandardDate.wMonth = zone.DaylightDate.wMonth = 0;
    local_is(&zone, date(2024, 7, 15, 12, 0), 15, 7);
    FAILS(ERROR_INVALID_PARAMETER, SystemTimeToTzSpecificLocalTime(&zone, &bad, &told));
    local_is(NULL, date(2024, 7, 15, 12, 0), 15, 12); /* TZ is UTC */

    season = GetTimeZoneInformation(&own);
    CHECK(season != TIME_ZONE_ID_INVALID && own.Bias == 0);
    CHECK(GetDynamicTimeZoneInformation(&dynamic) == season && dynamic.Bias == 0);
    CHECK(sizeof dynamic == 432 && sizeof own == 172);
}

static int wide_is(const WCHAR *wide, const char *narrow)
{
    while (*wide && *wide == (unsigned char)*narrow) {
        wide++, narrow++;
    }
    return *wide == (unsigned char)*narrow;
}

static void texts(void)
{
    SYSTEMTIME time = date(2009, 3, 7, 15, 5), bad = date(2009, 2, 30, 0, 0);
    const LCID english = MAKELCID(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), SORT_DEFAULT);
    WCHAR wide[64];
    char text[64];

    time.wSecond = 9;
    CHECK(GetDateFormatA(english, 0, &time, NULL, text, 64) == 9 && !strcmp(text, "3/7/2009"));
    CHECK(GetDateFormatA(english, 0, &time, "ddd',' dd MMM yyyy", text, 64) == 17);
    CHECK(!strcmp(text, "Sat, 07 Mar 2009"));
    CHECK(GetDateFormatA(LOCALE_INVARIANT, DATE_LONGDATE, &time, NULL, text, 64) > 0);
    CHECK(!strcmp(text, "Saturday, 07 March 2009"));
    CHECK(GetDateFormatA(english, 0, &time, NULL, NULL, 0) == 9);
    FAILS(ERROR_INSUFFICIENT_BUFFER, GetDateFormatA(english, 0, &time, NULL, text, 8));
    FAILS(ERROR_INVALID_PARAMETER, GetDateFormatA(english, 0, &bad, NULL, text, 64));
    FAILS(ERROR_INVALID_FLAGS, GetDateFormatA(english, DATE_LONGDATE, &time, "d", text, 64));
    CHECK(GetTimeFormatA(english, 0, &time, NULL, text, 64) == 11);
    CHECK(!strcmp(text, "3:05:09 PM"));
    CHECK(GetTimeFormatA(english, TIME_NOSECONDS, &time, NULL, text, 64) == 8);
    CHECK(!strcmp(text, "3:05 PM"));
    CHECK(GetTimeFormatA(LOCALE_INVARIANT, 0, &time, NULL, text, 64) == 9);
    CHECK(!strcmp(text, "15:05:09"));
    CHECK(GetTimeFormatA(english, 0, &time, "HH'h' mm t", text, 64) == 9);
    CHECK(!strcmp(text, "15h 05 P"));
    CHECK(GetTimeFormatW(LOCALE_INVARIANT, 0, &time, NULL, wide, 64) == 9);
    CHECK(wide_is(wide, "15:05:09"));
    CHECK(GetDateFormatEx(LOCALE_NAME_INVARIANT, 0, &time, NULL, wide, 64, NULL) == 11);
    CHECK(wide_is(wide, "03/07/2009"));
}

static void c_runtime(void)
{
    time_t early = 1000000000, negative = -1;
    struct tm told, sum;
    struct _timeb now;
    char text[64];
    wchar_t wide[64];

    CHECK(gmtime_s(&told, &early) == 0 && told.tm_year == 101 && told.tm_mon == 8);
    CHECK(localtime_s(&told, &early) == 0 && told.tm_hour == 1 && told.tm_min == 46);
    CHECK(_mktime64(&told) == early);
    sum = told;
    CHECK(_mkgmtime64(&sum) == early);
    CHECK(gmtime_s(&told, &negative) == EINVAL && told.tm_year == -1);
    CHECK(gmtime_s(&told, &early) == 0);
    CHECK(asctime_s(text, sizeof text, &told) == 0 && !strcmp(text, "Sun Sep 09 01:46:40 2001\n"));
    CHECK(ctime_s(text, sizeof text, &early) == 0 && !strcmp(text, "Sun Sep 09 01:46:40 2001\n"));
    CHECK(_time64(NULL) > 1577836800);
    memset(&now, 0, sizeof now);
    _ftime(&now);
    CHECK(now.time > 1577836800 && now.millitm < 1000 && now.timezone == 0);
    CHECK(wcsftime(wide, 64, L"%Y-%m-%d %H:%M:%S", &told) == 19);
    CHECK(wide_is((const WCHAR *)wide, "2001-09-09 01:46:40"));
    CHECK(strftime(text, sizeof text, "%H:%M", &told) == 5 && !strcmp(text, "01:46"));
}

int main(void)
{
    clocks();
    dates();
    zones();
    texts();
    c_runtime();
    return FINISH();
}
