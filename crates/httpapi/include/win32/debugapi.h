/* Pages: OutputDebugStringW, OutputDebugStringA, IsDebuggerPresent, DebugBreak.
 * Differs: no debugger listens for the strings, so they go to standard error, as UTF-8.
 */
#ifndef HTTPSYS_WIN32_DEBUGAPI_H
#define HTTPSYS_WIN32_DEBUGAPI_H

#pragma GCC system_header

#include "../runtime/crt/sink.h"
#include "windef.h"

/* write(2) under a name of our own: unistd.h would bring many names into every windows.h. */
EXTERN_C long httpsys_native_write(int descriptor, const void *bytes, size_t count)
    __asm__(HTTPSYS_SYMBOL("write"));

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT void httpsys_debug_write(const char *bytes, size_t count)
{
    while (count > 0) {
        long written = httpsys_native_write(2, bytes, count);
        if (written <= 0) {
            return;
        }
        bytes += written;
        count -= (size_t)written;
    }
}

HTTPSYS_CRT void OutputDebugStringA(LPCSTR text)
{
    if (text) {
        httpsys_debug_write(text, __builtin_strlen(text));
    }
}

HTTPSYS_CRT void OutputDebugStringW(LPCWSTR text)
{
    struct httpsys_sink bytes;

    if (!text) {
        return;
    }
    httpsys_sink_growing(&bytes, 0);
    httpsys_sink_string(&bytes, 0, text, 1, SIZE_MAX);
    if (!bytes.failed) {
        httpsys_debug_write((const char *)bytes.units, bytes.length);
    }
    httpsys_sink_free(&bytes);
}

#ifdef UNICODE
#define OutputDebugString OutputDebugStringW
#else
#define OutputDebugString OutputDebugStringA
#endif

HTTPSYS_CRT BOOL IsDebuggerPresent(void)
{
    return FALSE;
}

#define DebugBreak() __builtin_trap()

HTTPSYS_CRT_END

#endif /* HTTPSYS_WIN32_DEBUGAPI_H */
