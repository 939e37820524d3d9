/* Page: strftime, wcsftime. 
 * Differs: formats as the C library does.
 */
#ifndef HTTPSYS_CRT_WIDE_TIME_H
#define HTTPSYS_CRT_WIDE_TIME_H

#pragma GCC system_header

#include <time.h>

#include "sink.h"

#if HTTPSYS_CRT_WIDE

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, size_t, wcsftime,
                      (wchar_t *target, size_t size, const wchar_t *format, const struct tm *time))
{
    struct httpsys_sink bytes, out;
    char text[1024];
    size_t length = 0;

    httpsys_sink_growing(&bytes, 0);
    httpsys_sink_string(&bytes, 0, format, 1, SIZE_MAX);
    httpsys_sink_unit(&bytes, 0);
    httpsys_sink_fixed(&out, 1, target, size);
    if (!bytes.failed) {
        length = strftime(text, sizeof(text), (const char *)bytes.units, time);
    }
    httpsys_sink_free(&bytes);
    text[length] = 0;
    httpsys_sink_string(&out, 1, text, 0, SIZE_MAX);
    return httpsys_sink_terminate(&out) ? out.length : 0;
}

HTTPSYS_CRT_END

#endif
#endif /* HTTPSYS_CRT_WIDE_TIME_H */
