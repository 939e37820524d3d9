/* The printf family of 16-bit wide characters, and wide text on streams, which carry UTF-8.
 * Pages: wprintf; swprintf_s; _snwprintf; _snwprintf_s; fputws; fgetws; putwchar.
 * Differs: streams carry UTF-8 in every mode and have no orientation: printf and wprintf may take turns.
 */
#ifndef HTTPSYS_CRT_WIDE_STDIO_H
#define HTTPSYS_CRT_WIDE_STDIO_H

#pragma GCC system_header

#include <wctype.h>

#include "narrow_stdio.h"

#if HTTPSYS_CRT_WIDE

#ifndef WEOF
#define WEOF ((wint_t)-1)
#endif

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vfwprintf,
                      (FILE *stream, const wchar_t *format, va_list list))
{
    return httpsys_print(stream, 1, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vwprintf, (const wchar_t *format, va_list list))
{
    return httpsys_print(stdout, 1, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, fwprintf, (FILE *stream, const wchar_t *format, ...))
HTTPSYS_PRINT_BODY(httpsys_print(stream, 1, format, list))
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, wprintf, (const wchar_t *format, ...))
HTTPSYS_PRINT_BODY(httpsys_print(stdout, 1, format, list))
HTTPSYS_CRT int fwprintf_s(FILE *stream, const wchar_t *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print(stream, 1, format, list))
HTTPSYS_CRT int wprintf_s(const wchar_t *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print(stdout, 1, format, list))

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vswprintf,
                      (wchar_t *target, size_t size, const wchar_t *format, va_list list))
{
    return httpsys_print_to(target, size, 1, HTTPSYS_OVERFLOW_CUT, format, list);
}
#ifndef __cplusplus
HTTPSYS_CRT int(swprintf)(wchar_t *target, size_t size, const wchar_t *format,
                          ...) __asm__("httpsys_swprintf");
#endif
HTTPSYS_CRT int(swprintf)(wchar_t *target, size_t size, const wchar_t *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_to(target, size, 1, HTTPSYS_OVERFLOW_CUT, format, list))
HTTPSYS_CRT int _swprintf(wchar_t *target, const wchar_t *format, ...)
HTTPSYS_PRINT_BODY(
    httpsys_print_to(target, SIZE_MAX / 2, 1, HTTPSYS_OVERFLOW_COUNT, format, list))
HTTPSYS_CRT int _vsnwprintf(wchar_t *target, size_t count, const wchar_t *format, va_list list)
{
    return httpsys_print_to(target, count, 1, HTTPSYS_OVERFLOW_OPEN, format, list);
}
HTTPSYS_CRT int _snwprintf(wchar_t *target, size_t count, const wchar_t *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_to(target, count, 1, HTTPSYS_OVERFLOW_OPEN, format, list))
HTTPSYS_CRT int _vscwprintf(const wchar_t *format, va_list list)
{
    return httpsys_print_to(NULL, 0, 1, HTTPSYS_OVERFLOW_COUNT, format, list);
}
HTTPSYS_CRT int _scwprintf(const wchar_t *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_to(NULL, 0, 1, HTTPSYS_OVERFLOW_COUNT, format, list))
HTTPSYS_CRT int vswprintf_s(wchar_t *target, size_t size, const wchar_t *format, va_list list)
{
    return httpsys_print_to(target, size, 1, HTTPSYS_OVERFLOW_EMPTY, format, list);
}
HTTPSYS_CRT int swprintf_s(wchar_t *target, size_t size, const wchar_t *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_to(target, size, 1, HTTPSYS_OVERFLOW_EMPTY, format, list))
HTTPSYS_CRT int _vsnwprintf_s(wchar_t *target, size_t size, size_t count, const wchar_t *format,
                              va_list list)
{
    return httpsys_print_count(target, size, 1, count, format, list);
}
HTTPSYS_CRT int _snwprintf_s(wchar_t *target, size_t size, size_t count, const wchar_t *format,
                             ...)
HTTPSYS_PRINT_BODY(httpsys_print_count(target, size, 1, count, format, list))

/* Page: sprintf, swprintf. The older form has no size; for C see select.h. */
#ifdef __cplusplus
inline int swprintf(wchar_t *target, const wchar_t *format, ...)
HTTPSYS_PRINT_BODY(
    httpsys_print_to(target, SIZE_MAX / 2, 1, HTTPSYS_OVERFLOW_COUNT, format, list))
inline int vswprintf(wchar_t *target, const wchar_t *format, va_list list)
{
    return httpsys_print_to(target, SIZE_MAX / 2, 1, HTTPSYS_OVERFLOW_COUNT, format, list);
}
template <size_t size> inline int swprintf_s(wchar_t (&target)[size], const wchar_t *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_to(target, size, 1, HTTPSYS_OVERFLOW_EMPTY, format, list))
template <size_t size>
inline int _snwprintf_s(wchar_t (&target)[size], size_t count, const wchar_t *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_count(target, size, 1, count, format, list))
template <size_t size>
inline int vswprintf_s(wchar_t (&target)[size], const wchar_t *format, va_list list)
{
    return httpsys_print_to(target, size, 1, HTTPSYS_OVERFLOW_EMPTY, format, list);
}
template <size_t size>
inline int _vsnwprintf_s(wchar_t (&target)[size], size_t count, const wchar_t *format,
                         va_list list)
{
    return httpsys_print_count(target, size, 1, count, format, list);
}
#endif

/* ---- Single characters. The first half of a surrogate pair waits for the second. ---- */

struct httpsys_half {
    FILE *stream;
    wchar_t unit;
};

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wint_t, fputwc, (wchar_t unit, FILE *stream))
{
    static __thread struct httpsys_half waiting;
    wchar_t pair[2];
    const wchar_t *at = pair + 1;
    char bytes[4];
    size_t count;

    pair[0] = waiting.unit;
    pair[1] = unit;
    if (unit >= 0xD800 && unit < 0xDC00) {
        waiting.stream = stream;
        waiting.unit = unit;
        return unit;
    }
    if (unit >= 0xDC00 && unit < 0xE000 && waiting.unit && waiting.stream == stream) {
        at = pair;
        waiting.unit = 0;
    }
    count = (size_t)httpsys_encode8(httpsys_decode16(&at, pair + 2, NULL), bytes);
    return fwrite(bytes, 1, count, stream) == count ? (wint_t)unit : WEOF;
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wint_t, putwc, (wchar_t unit, FILE *stream))
{
    return fputwc(unit, stream);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wint_t, putwchar, (wchar_t unit))
{
    return fputwc(unit, stdout);
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wint_t, fgetwc, (FILE *stream))
{
    static __thread struct httpsys_half waiting;
    char bytes[4];
    const char *at = bytes;
    wchar_t units[2];
    size_t count = 1, needed;
    int byte;

    if (waiting.unit && waiting.stream == stream) {
        wint_t unit = (wint_t)waiting.unit;
        waiting.unit = 0;
        return unit;
    }
    byte = getc(stream);
    if (byte == EOF) {
        return WEOF;
    }
    bytes[0] = (char)byte;
    needed = byte < 0xC2 || byte > 0xF4 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    while (count < needed && (byte = getc(stream)) != EOF) {
        if ((byte & 0xC0) != 0x80) {
            ungetc(byte, stream);
            break;
        }
        bytes[count++] = (char)byte;
    }
    if (httpsys_encode16(httpsys_decode8(&at, bytes + count, NULL), units) == 2) {
        waiting.stream = stream;
        waiting.unit = units[1];
    }
    return (wint_t)units[0];
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wint_t, getwc, (FILE *stream))
{
    return fgetwc(stream);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wint_t, getwchar, (void))
{
    return fgetwc(stdin);
}

/* One character of at most U+FFFF can be pushed back, as many bytes as the C library takes. */
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wint_t, ungetwc, (wint_t unit, FILE *stream))
{
    char bytes[4];
    int count;

    if (unit == WEOF || (unit >= 0xD800 && unit <= 0xDFFF) || unit > 0xFFFF) {
        return WEOF;
    }
    for (count = httpsys_encode8((uint32_t)unit, bytes); count > 0; count--) {
        if (ungetc((unsigned char)bytes[count - 1], stream) == EOF) {
            return WEOF;
        }
    }
    return unit;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, fgetws, (wchar_t *target, int size, FILE *stream))
{
    int count = 0;

    while (count < size - 1) {
        wint_t unit = fgetwc(stream);
        if (unit == WEOF) {
            break;
        }
        target[count++] = (wchar_t)unit;
        if (unit == '\n') {
            break;
        }
    }
    if (count == 0) {
        return NULL;
    }
    target[count] = 0;
    return target;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, fputws, (const wchar_t *text, FILE *stream))
{
    return fwprintf(stream, L"%s", text) < 0 ? EOF : 0;
}
/* Page: perror, _wperror. */
HTTPSYS_CRT void _wperror(const wchar_t *text)
{
    int error = errno;

    if (text && *text) {
        (void)fputws(text, stderr);
        (void)fputs(": ", stderr);
    }
    errno = error;
    perror(NULL);
}
HTTPSYS_CRT int _putws(const wchar_t *text)
{
    return wprintf(L"%s\n", text) < 0 ? EOF : 0;
}

HTTPSYS_CRT_END

#endif
#endif /* HTTPSYS_CRT_WIDE_STDIO_H */
