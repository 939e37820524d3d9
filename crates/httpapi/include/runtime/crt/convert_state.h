/* The functions of wchar.h that carry a conversion state. UTF-8 arrives whole here, so the state
 * stays as it was; a sequence that is cut off gives (size_t)-2 as the standard says, and the caller
 * has to pass it again from its beginning. Needs mbstate_t of the system's wchar.h.
 */
#ifndef HTTPSYS_CRT_CONVERT_STATE_H
#define HTTPSYS_CRT_CONVERT_STATE_H

#pragma GCC system_header

#include "convert.h"

#if HTTPSYS_CRT_WIDE

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, size_t, mbrtowc,
                      (wchar_t *target, const char *source, size_t count, mbstate_t *state))
{
    int length;
    unsigned char lead;
    size_t needed;

    (void)state;
    if (!source) {
        return 0;
    }
    if (count == 0) {
        return (size_t)-2;
    }
    lead = (unsigned char)*source;
    needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
    if (needed > count && lead <= 0xF4) {
        const char *next = source;
        httpsys_decode8(&next, source + count, NULL);
        if (next == source + count) {
            return (size_t)-2;
        }
    }
    length = mbtowc(target, source, count);
    return length < 0 ? (size_t)-1 : (size_t)length;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, size_t, wcrtomb, (char *target, wchar_t unit, mbstate_t *state))
{
    int length = target ? wctomb(target, unit) : 1;

    (void)state;
    return length < 0 ? (size_t)-1 : (size_t)length;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, size_t, mbsrtowcs,
                      (wchar_t *target, const char **source, size_t count, mbstate_t *state))
{
    const char *copy = *source;

    (void)state;
    return httpsys_to_wide(target, target ? source : &copy, count);
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, size_t, wcsrtombs,
                      (char *target, const wchar_t **source, size_t count, mbstate_t *state))
{
    const wchar_t *copy = *source;

    (void)state;
    return httpsys_to_multibyte(target, target ? source : &copy, count);
}

HTTPSYS_CRT_END

#endif
#endif /* HTTPSYS_CRT_CONVERT_STATE_H */
