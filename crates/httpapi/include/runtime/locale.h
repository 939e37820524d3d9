/* The system's locale.h with the wide form of setlocale. */
#pragma GCC system_header
#include_next <locale.h>

#if !(defined(_MSC_VER) || defined(__MINGW32__)) && \
    !defined(HTTPSYS_WIN32_LOCALE_H) && !defined(HTTPSYS_CRT_HIDDEN)
#define HTTPSYS_WIN32_LOCALE_H

#include "crt/convert.h"

#if HTTPSYS_CRT_WIDE

HTTPSYS_CRT_BEGIN

/* Page: setlocale, _wsetlocale. The result lives until the thread's next call. */
HTTPSYS_CRT wchar_t *_wsetlocale(int category, const wchar_t *name)
{
    static __thread wchar_t wide[256];
    char narrow[256];
    const char *result;
    size_t length;

    if (name) {
        length = httpsys_to_multibyte(narrow, &name, sizeof(narrow) - 1);
        if (length == (size_t)-1 || name) {
            return NULL;
        }
        narrow[length] = 0;
        result = setlocale(category, narrow);
    } else {
        result = setlocale(category, NULL);
    }
    if (!result) {
        return NULL;
    }
    length = httpsys_to_wide(wide, &result, 255);
    wide[length == (size_t)-1 ? 0 : length] = 0;
    return wide;
}

HTTPSYS_CRT_END

#endif
#endif
