/* The formats of winuser.h, where windef.h is there already; with either set of Win32 headers. */
#ifndef HTTPSYS_CRT_WSPRINTF_H
#define HTTPSYS_CRT_WSPRINTF_H

#pragma GCC system_header

#include <stdarg.h>

#include "format.h"

HTTPSYS_CRT_BEGIN

/* Pages: wsprintfW; wvsprintfW. At most 1,024 units, longer text is cut; the buffer has room for one more.
 * The result is the number of units without the NUL. Formats as for printf (runtime/crt/format.h), which has
 * more of them. */
HTTPSYS_CRT int httpsys_wsprintf(void *target, int wide, const void *format, va_list list)
{
    struct httpsys_sink sink;
    int length;

    httpsys_sink_fixed(&sink, wide, target, 1025);
    length = httpsys_format(&sink, format, list);
    httpsys_sink_terminate(&sink);
    return length > 1024 ? 1024 : length < 0 ? 0 : length;
}
HTTPSYS_CRT int wvsprintfA(LPSTR target, LPCSTR format, va_list list)
{
    return httpsys_wsprintf(target, 0, format, list);
}
HTTPSYS_CRT int wvsprintfW(LPWSTR target, LPCWSTR format, va_list list)
{
    return httpsys_wsprintf(target, 1, format, list);
}
HTTPSYS_CRT int wsprintfA(LPSTR target, LPCSTR format, ...)
{
    va_list list;
    int length;
    va_start(list, format);
    length = httpsys_wsprintf(target, 0, format, list);
    va_end(list);
    return length;
}
HTTPSYS_CRT int wsprintfW(LPWSTR target, LPCWSTR format, ...)
{
    va_list list;
    int length;
    va_start(list, format);
    length = httpsys_wsprintf(target, 1, format, list);
    va_end(list);
    return length;
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_WSPRINTF_H */
