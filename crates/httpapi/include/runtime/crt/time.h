/* Microsoft's time functions. Pages: localtime_s, _localtime64_s; gmtime_s; asctime_s, _wasctime_s;
 * ctime_s, _wctime_s; mktime, _mktime64; _mkgmtime, _mkgmtime64; time, _time64; difftime; _tzset.
 *
 * The _s functions return 0 or an errno: EINVAL for NULL, for a buffer of fewer than 26 units and for
 * times before 1970 (documented), and then set what they would have filled to -1 or "". time_t has 64
 * bits, and so has __time64_t; of __time32_t there is nothing.
 */
#ifndef HTTPSYS_CRT_TIME_H
#define HTTPSYS_CRT_TIME_H

#pragma GCC system_header

#include "base.h"

/* Functions of the C library, under names of ours: strict C declares them in no header. */
#ifdef __cplusplus
extern "C" {
#endif
struct tm *httpsys_localtime_r(const time_t *from, struct tm *to)
    __asm__(HTTPSYS_SYMBOL("localtime_r"));
struct tm *httpsys_gmtime_r(const time_t *from, struct tm *to) __asm__(HTTPSYS_SYMBOL("gmtime_r"));
time_t httpsys_timegm(struct tm *from) __asm__(HTTPSYS_SYMBOL("timegm"));
void httpsys_tzset(void) __asm__(HTTPSYS_SYMBOL("tzset"));
/* The clock 0 is CLOCK_REALTIME; it writes seconds and nanoseconds. */
int httpsys_clock_gettime(int clock, void *to) __asm__(HTTPSYS_SYMBOL("clock_gettime"));
#ifdef __cplusplus
}
#endif

HTTPSYS_CRT_BEGIN

typedef long long __time64_t;

HTTPSYS_CRT errno_t httpsys_time_failed(struct tm *to)
{
    if (to) {
        to->tm_sec = to->tm_min = to->tm_hour = to->tm_mday = to->tm_mon = -1;
        to->tm_year = to->tm_wday = to->tm_yday = to->tm_isdst = -1;
    }
    errno = EINVAL;
    return EINVAL;
}

/* 3000-12-31 23:59:59 is the last time that there is (documented); local zones end a day later. */
#define HTTPSYS_TIME_END (32535215999LL + 86400)

HTTPSYS_CRT errno_t _localtime64_s(struct tm *to, const __time64_t *from)
{
    time_t time = from ? (time_t)*from : -1;
    if (!to || time < 0 || time > HTTPSYS_TIME_END || !httpsys_localtime_r(&time, to)) {
        return httpsys_time_failed(to);
    }
    return 0;
}
HTTPSYS_CRT errno_t _gmtime64_s(struct tm *to, const __time64_t *from)
{
    time_t time = from ? (time_t)*from : -1;
    if (!to || time < 0 || time > HTTPSYS_TIME_END || !httpsys_gmtime_r(&time, to)) {
        return httpsys_time_failed(to);
    }
    return 0;
}
HTTPSYS_CRT errno_t localtime_s(struct tm *to, const time_t *from)
{
    __time64_t time = from ? (__time64_t)*from : -1;
    return _localtime64_s(to, &time);
}
HTTPSYS_CRT errno_t gmtime_s(struct tm *to, const time_t *from)
{
    __time64_t time = from ? (__time64_t)*from : -1;
    return _gmtime64_s(to, &time);
}
/* One structure for each thread, which the next call overwrites. */
HTTPSYS_CRT struct tm *_localtime64(const __time64_t *from)
{
    static __thread struct tm told;
    return _localtime64_s(&told, from) ? NULL : &told;
}
HTTPSYS_CRT struct tm *_gmtime64(const __time64_t *from)
{
    static __thread struct tm told;
    return _gmtime64_s(&told, from) ? NULL : &told;
}

HTTPSYS_CRT __time64_t _time64(__time64_t *to)
{
    __time64_t now = (__time64_t)time(NULL);
    if (to) {
        *to = now;
    }
    return now;
}
HTTPSYS_CRT __time64_t _mktime64(struct tm *from)
{
    return from ? (__time64_t)mktime(from) : (httpsys_time_failed(NULL), -1);
}
HTTPSYS_CRT __time64_t _mkgmtime64(struct tm *from)
{
    return from ? (__time64_t)httpsys_timegm(from) : (httpsys_time_failed(NULL), -1);
}
HTTPSYS_CRT time_t _mkgmtime(struct tm *from)
{
    return (time_t)_mkgmtime64(from);
}
HTTPSYS_CRT double _difftime64(__time64_t end, __time64_t begin)
{
    return (double)(end - begin);
}
HTTPSYS_CRT void _tzset(void)
{
    httpsys_tzset();
}

/* "Wed Jan 02 02:03:55 1980\n": the day has two digits, unlike the C library's asctime. */
HTTPSYS_CRT errno_t httpsys_asctime(char *to, const struct tm *from)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const int numbers[] = { from->tm_mday, from->tm_hour, from->tm_min, from->tm_sec };
    int year = from->tm_year + 1900, n;

    if (from->tm_wday < 0 || from->tm_wday > 6 || from->tm_mon < 0 || from->tm_mon > 11 ||
        year < 1900 || year > 9999 || from->tm_mday < 1 || from->tm_mday > 31 ||
        from->tm_hour < 0 || from->tm_hour > 23 || from->tm_min < 0 || from->tm_min > 59 ||
        from->tm_sec < 0 || from->tm_sec > 60) {
        return EINVAL;
    }
    __builtin_memcpy(to, days + from->tm_wday * 3, 3);
    __builtin_memcpy(to + 4, months + from->tm_mon * 3, 3);
    to[3] = to[7] = to[10] = to[19] = ' ';
    to[13] = to[16] = ':';
    for (n = 0; n < 4; n++) {
        to[8 + n * 3] = (char)('0' + numbers[n] / 10);
        to[9 + n * 3] = (char)('0' + numbers[n] % 10);
    }
    for (n = 23; n > 19; n--, year /= 10) {
        to[n] = (char)('0' + year % 10);
    }
    to[24] = '\n';
    to[25] = 0;
    return 0;
}
HTTPSYS_CRT errno_t asctime_s(char *to, size_t size, const struct tm *from)
{
    if (to && size) {
        *to = 0;
    }
    if (!to || !from || size < 26 || httpsys_asctime(to, from)) {
        return httpsys_time_failed(NULL);
    }
    return 0;
}
HTTPSYS_CRT errno_t _wasctime_s(httpsys_unit *to, size_t size, const struct tm *from)
{
    char text[26];
    int n;

    if (to && size) {
        *to = 0;
    }
    if (!to || !from || size < 26 || httpsys_asctime(text, from)) {
        return httpsys_time_failed(NULL);
    }
    for (n = 0; n < 26; n++) {
        to[n] = (httpsys_unit)(unsigned char)text[n];
    }
    return 0;
}
HTTPSYS_CRT errno_t _ctime64_s(char *to, size_t size, const __time64_t *from)
{
    struct tm told;
    if (to && size) {
        *to = 0;
    }
    if (!to || size < 26 || _localtime64_s(&told, from)) {
        return httpsys_time_failed(NULL);
    }
    return asctime_s(to, size, &told);
}
HTTPSYS_CRT errno_t ctime_s(char *to, size_t size, const time_t *from)
{
    __time64_t time = from ? (__time64_t)*from : -1;
    return _ctime64_s(to, size, &time);
}
HTTPSYS_CRT errno_t _wctime64_s(httpsys_unit *to, size_t size, const __time64_t *from)
{
    struct tm told;
    if (to && size) {
        *to = 0;
    }
    if (!to || size < 26 || _localtime64_s(&told, from)) {
        return httpsys_time_failed(NULL);
    }
    return _wasctime_s(to, size, &told);
}
HTTPSYS_CRT errno_t _wctime_s(httpsys_unit *to, size_t size, const time_t *from)
{
    __time64_t time = from ? (__time64_t)*from : -1;
    return _wctime64_s(to, size, &time);
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_TIME_H */
