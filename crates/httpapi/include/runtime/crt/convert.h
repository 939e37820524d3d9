/* Multibyte and 16-bit wide strings. Pages: mbstowcs, wcstombs, mbstowcs_s, wcstombs_s.
 * Differs: multibyte text is UTF-8 in every locale. A character beyond U+FFFF takes two wide characters; the functions
 * that handle one wide character at a time (mbtowc, wctomb and their relatives) fail with EILSEQ
 * there, the others convert it.
 */
#ifndef HTTPSYS_CRT_CONVERT_H
#define HTTPSYS_CRT_CONVERT_H

#pragma GCC system_header

#include "unicode.h"

#if HTTPSYS_CRT_WIDE

HTTPSYS_CRT_BEGIN

/* Like the standard functions, writes a terminator only if there is room for it, and with a target
 * of NULL says how many units there would be. The source moves to where the conversion ended, to
 * NULL after its terminator. */
HTTPSYS_CRT size_t httpsys_to_wide(wchar_t *target, const char **source, size_t count)
{
    size_t done = 0;

    for (;;) {
        wchar_t units[2];
        const char *next = *source;
        int valid = 1, length, i;

        if (*next == 0) {
            if (target && done < count) {
                target[done] = 0;
            }
            *source = target && done >= count ? *source : NULL;
            return done;
        }
        length = httpsys_encode16(httpsys_decode8(&next, NULL, &valid), units);
        if (!valid) {
            errno = EILSEQ;
            return (size_t)-1;
        }
        if (target && (size_t)length > count - done) {
            return done;
        }
        for (i = 0; target && i < length; i++) {
            target[done + (size_t)i] = units[i];
        }
        done += (size_t)length;
        *source = next;
    }
}

HTTPSYS_CRT size_t httpsys_to_multibyte(char *target, const wchar_t **source, size_t count)
{
    size_t done = 0;

    for (;;) {
        char bytes[4];
        const wchar_t *next = *source;
        int valid = 1, length, i;

        if (*next == 0) {
            if (target && done < count) {
                target[done] = 0;
            }
            *source = target && done >= count ? *source : NULL;
            return done;
        }
        length = httpsys_encode8(httpsys_decode16(&next, NULL, &valid), bytes);
        if (!valid) {
            errno = EILSEQ;
            return (size_t)-1;
        }
        if (target && (size_t)length > count - done) {
            return done;
        }
        for (i = 0; target && i < length; i++) {
            target[done + (size_t)i] = bytes[i];
        }
        done += (size_t)length;
        *source = next;
    }
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, size_t, mbstowcs,
                      (wchar_t *target, const char *source, size_t count))
{
    return httpsys_to_wide(target, &source, count);
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, size_t, wcstombs,
                      (char *target, const wchar_t *source, size_t count))
{
    return httpsys_to_multibyte(target, &source, count);
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, mbtowc, (wchar_t *target, const char *source, size_t count))
{
    const char *next = source;
    uint32_t character;
    int valid = 1;

    if (!source) {
        return 0;
    }
    character = count ? httpsys_decode8(&next, source + count, &valid) : 0;
    if (!count || !valid || character > 0xFFFF) {
        errno = EILSEQ;
        return -1;
    }
    if (target) {
        *target = (wchar_t)character;
    }
    return character ? (int)(next - source) : 0;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, wctomb, (char *target, wchar_t unit))
{
    if (!target) {
        return 0;
    }
    if (unit >= 0xD800 && unit <= 0xDFFF) {
        errno = EILSEQ;
        return -1;
    }
    return httpsys_encode8((uint32_t)unit, target);
}

/* `count` limits the units written before the terminator; _TRUNCATE takes what fits. *converted, if
 * given, counts the terminator. */
HTTPSYS_CRT errno_t mbstowcs_s(size_t *converted, wchar_t *target, size_t size, const char *source,
                               size_t count)
{
    size_t room = size ? size - 1 : 0, needed;

    if (converted) {
        *converted = 0;
    }
    if (!source || (!target) != (size == 0)) {
        errno = EINVAL;
        return EINVAL;
    }
    if (!target) {
        needed = httpsys_to_wide(NULL, &source, 0);
    } else {
        needed = httpsys_to_wide(target, &source, count < room ? count : room);
        target[needed == (size_t)-1 ? 0 : needed] = 0;
    }
    if (needed == (size_t)-1) {
        return EILSEQ;
    }
    if (target && source && *source && count != _TRUNCATE && count > room) {
        target[0] = 0;
        errno = ERANGE;
        return ERANGE;
    }
    if (converted) {
        *converted = needed + 1;
    }
    return target && source && *source && count == _TRUNCATE ? STRUNCATE : 0;
}

HTTPSYS_CRT errno_t wcstombs_s(size_t *converted, char *target, size_t size, const wchar_t *source,
                               size_t count)
{
    size_t room = size ? size - 1 : 0, needed;

    if (converted) {
        *converted = 0;
    }
    if (!source || (!target) != (size == 0)) {
        errno = EINVAL;
        return EINVAL;
    }
    if (!target) {
        needed = httpsys_to_multibyte(NULL, &source, 0);
    } else {
        needed = httpsys_to_multibyte(target, &source, count < room ? count : room);
        target[needed == (size_t)-1 ? 0 : needed] = 0;
    }
    if (needed == (size_t)-1) {
        return EILSEQ;
    }
    if (target && source && *source && count != _TRUNCATE && count > room) {
        target[0] = 0;
        errno = ERANGE;
        return ERANGE;
    }
    if (converted) {
        *converted = needed + 1;
    }
    return target && source && *source && count == _TRUNCATE ? STRUNCATE : 0;
}

HTTPSYS_CRT_END

#endif
#endif /* HTTPSYS_CRT_CONVERT_H */
