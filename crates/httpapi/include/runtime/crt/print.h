/* What all functions of the printf families end in: text to a stream, to a buffer, or counted.
 * A stream gets UTF-8 in one fwrite, so that lines of several threads do not mix, and it stays
 * byte oriented: printf and wprintf may take turns.
 */
#ifndef HTTPSYS_CRT_PRINT_H
#define HTTPSYS_CRT_PRINT_H

#pragma GCC system_header

#include "format.h"

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT int httpsys_print(FILE *stream, int wide, const void *format, va_list list)
{
    struct httpsys_sink text, bytes;
    struct httpsys_sink *out = &text;
    int length;

    httpsys_sink_growing(&text, wide);
    length = httpsys_format(&text, format, list);
    httpsys_sink_growing(&bytes, 0);
    if (length > 0 && wide) {
        httpsys_sink_utf8(&bytes, (const httpsys_unit *)text.units, (size_t)length);
        out = &bytes;
    }
    if (length > 0 &&
        (out->failed || fwrite(out->units, 1, out->length, stream) != out->length)) {
        length = -1;
    }
    httpsys_sink_free(&text);
    httpsys_sink_free(&bytes);
    return length;
}

/* How a function tells that the text does not fit into its buffer. */
enum httpsys_overflow {
    HTTPSYS_OVERFLOW_COUNT, /* snprintf: the length it would have, a terminated part of it */
    HTTPSYS_OVERFLOW_CUT,   /* swprintf: -1, a terminated part */
    HTTPSYS_OVERFLOW_OPEN,  /* _snprintf: -1, a part without terminator; neither if just full */
    HTTPSYS_OVERFLOW_EMPTY  /* sprintf_s: -1, nothing */
};

HTTPSYS_CRT int httpsys_print_to(void *target, size_t size, int wide, enum httpsys_overflow mode,
                                 const void *format, va_list list)
{
    struct httpsys_sink sink;
    int length, fitted;

    httpsys_sink_fixed(&sink, wide, target, target ? size : 0);
    length = httpsys_format(&sink, format, list);
    if (mode == HTTPSYS_OVERFLOW_OPEN) {
        if (sink.length < sink.capacity) {
            httpsys_sink_terminate(&sink);
        }
        return length >= 0 && (size_t)length > sink.capacity && target ? -1 : length;
    }
    fitted = httpsys_sink_terminate(&sink);
    if (mode == HTTPSYS_OVERFLOW_COUNT || (fitted && length >= 0)) {
        return length;
    }
    if (mode == HTTPSYS_OVERFLOW_EMPTY) {
        errno = target && size ? ERANGE : EINVAL;
        sink.length = 0;
        httpsys_sink_terminate(&sink);
    }
    return -1;
}

/* Pages: _snprintf_s, _snwprintf_s. At most `count` units are stored; with _TRUNCATE what fits. */
HTTPSYS_CRT int httpsys_print_count(void *target, size_t size, int wide, size_t count,
                                    const void *format, va_list list)
{
    int cuts = count == _TRUNCATE || count < size;
    size_t room = cuts && count < size ? count + 1 : size;

    return httpsys_print_to(target, room, wide,
                            cuts ? HTTPSYS_OVERFLOW_CUT : HTTPSYS_OVERFLOW_EMPTY, format, list);
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_PRINT_H */
