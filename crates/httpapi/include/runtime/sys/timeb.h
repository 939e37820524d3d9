/* The system's sys/timeb.h, where there is one, and Microsoft's _ftime. Pages: _ftime, _ftime64;
 * _ftime_s, _ftime64_s (0, or EINVAL for NULL). timezone is minutes west of UTC, without daylight saving.
 */
#pragma GCC system_header
#if defined(_MSC_VER) || defined(__MINGW32__)
#include_next <sys/timeb.h>
#else

#ifndef HTTPSYS_RUNTIME_SYS_TIMEB_H
#define HTTPSYS_RUNTIME_SYS_TIMEB_H

#if defined(__has_include_next)
#if __has_include_next(<sys/timeb.h>)
#include_next <sys/timeb.h>
#endif
#endif
#include <time.h>

HTTPSYS_CRT_BEGIN

struct __timeb64 {
    __time64_t time;
    unsigned short millitm;
    short timezone;
    short dstflag;
};
#define _timeb __timeb64

HTTPSYS_CRT errno_t _ftime64_s(struct __timeb64 *to)
{
    long long now[2];
    time_t seconds;
    struct tm local;

    if (!to) {
        return httpsys_time_failed(NULL);
    }
    httpsys_clock_gettime(0, now);
    seconds = (time_t)now[0];
    httpsys_localtime_r(&seconds, &local);
    to->time = now[0];
    to->millitm = (unsigned short)(now[1] / 1000000);
    to->dstflag = (short)(local.tm_isdst > 0);
    to->timezone = (short)((now[0] - (long long)httpsys_timegm(&local)) / 60);
    if (to->dstflag) {
        to->timezone = (short)(to->timezone + 60);
    }
    return 0;
}
HTTPSYS_CRT void _ftime64(struct __timeb64 *to)
{
    _ftime64_s(to);
}
#define _ftime _ftime64
#define _ftime_s _ftime64_s

HTTPSYS_CRT_END

#endif
#endif
