/* Formats with Microsoft's meaning.
 * Page: Format Specification Syntax: printf and wprintf Functions.
 *
 *   s c        text of the function's own width         S C   text of the other width
 *   hs hc hS   bytes (UTF-8)                            ls lc lS ws wc   UTF-16
 *   l          32 bits, since ULONG and LONG are; an argument of 64 bits loses its upper half
 *   ll I64 j   64 bits                                  I z t   pointer-sized
 *   p          16 upper-case hexadecimal digits         n       refused: the call fails
 *
 * Numbers are laid out by the C library's snprintf, with its locale. The precision of a string
 * counts units of output. A conversion that means nothing prints its own letter, as documented.
 */
#ifndef HTTPSYS_CRT_FORMAT_H
#define HTTPSYS_CRT_FORMAT_H

#pragma GCC system_header

#include <limits.h>

#include "sink.h"

enum httpsys_size {
    HTTPSYS_SIZE_NONE,
    HTTPSYS_SIZE_HH,
    HTTPSYS_SIZE_H,
    HTTPSYS_SIZE_L,
    HTTPSYS_SIZE_W,
    HTTPSYS_SIZE_LONG_DOUBLE,
    HTTPSYS_SIZE_32,
    HTTPSYS_SIZE_64
};

/* A format being read; units of either width. */
struct httpsys_cursor {
    const char *at8;
    const httpsys_unit *at16; /* NULL: at8 counts */
};

struct httpsys_arguments {
    va_list list;
};

struct httpsys_spec {
    char flags[8]; /* a string of "-+ #0", each at most once */
    int width;
    int precision; /* -1: none */
    enum httpsys_size size;
};

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT uint32_t httpsys_peek(const struct httpsys_cursor *cursor)
{
    return cursor->at16 ? (uint32_t)*cursor->at16 : (uint32_t)(unsigned char)*cursor->at8;
}

HTTPSYS_CRT void httpsys_skip(struct httpsys_cursor *cursor)
{
    if (cursor->at16) {
        cursor->at16++;
    } else {
        cursor->at8++;
    }
}

HTTPSYS_CRT int httpsys_take(struct httpsys_cursor *cursor, char expected)
{
    if (httpsys_peek(cursor) != (uint32_t)(unsigned char)expected) {
        return 0;
    }
    httpsys_skip(cursor);
    return 1;
}

/* A decimal number, or INT_MAX if it is larger. */
HTTPSYS_CRT int httpsys_take_number(struct httpsys_cursor *cursor)
{
    int value = 0;

    while (httpsys_peek(cursor) >= '0' && httpsys_peek(cursor) <= '9') {
        int digit = (int)httpsys_peek(cursor) - '0';
        value = value > (INT_MAX - digit) / 10 ? INT_MAX : value * 10 + digit;
        httpsys_skip(cursor);
    }
    return value;
}

HTTPSYS_CRT enum httpsys_size httpsys_take_size(struct httpsys_cursor *cursor)
{
    if (httpsys_take(cursor, 'h')) {
        return httpsys_take(cursor, 'h') ? HTTPSYS_SIZE_HH : HTTPSYS_SIZE_H;
    }
    if (httpsys_take(cursor, 'l')) {
        return httpsys_take(cursor, 'l') ? HTTPSYS_SIZE_64 : HTTPSYS_SIZE_L;
    }
    if (httpsys_take(cursor, 'w')) {
        return HTTPSYS_SIZE_W;
    }
    if (httpsys_take(cursor, 'L')) {
        return HTTPSYS_SIZE_LONG_DOUBLE;
    }
    if (httpsys_take(cursor, 'j') || httpsys_take(cursor, 'z') || httpsys_take(cursor, 't')) {
        return HTTPSYS_SIZE_64;
    }
    if (httpsys_take(cursor, 'I')) {
        struct httpsys_cursor ahead = *cursor;
        if (httpsys_take(&ahead, '3') && httpsys_take(&ahead, '2')) {
            *cursor = ahead;
            return HTTPSYS_SIZE_32;
        }
        ahead = *cursor;
        if (httpsys_take(&ahead, '6') && httpsys_take(&ahead, '4')) {
            *cursor = ahead;
        }
        return HTTPSYS_SIZE_64;
    }
    return HTTPSYS_SIZE_NONE;
}

/* Everything between the percent sign and the letter of the conversion. */
HTTPSYS_CRT void httpsys_take_spec(struct httpsys_cursor *cursor, struct httpsys_spec *spec,
                                   struct httpsys_arguments *arguments)
{
    static const char all[] = "-+ #0";
    unsigned seen = 0;
    int count = 0, i = 0;

    while (i < 5) {
        if (httpsys_take(cursor, all[i])) {
            seen |= 1u << i;
            i = 0;
        } else {
            i++;
        }
    }
    spec->width = httpsys_take(cursor, '*') ? va_arg(arguments->list, int)
                                            : httpsys_take_number(cursor);
    if (spec->width < 0) {
        seen |= 1;
        spec->width = spec->width == INT_MIN ? INT_MAX : -spec->width;
    }
    spec->precision = -1;
    if (httpsys_take(cursor, '.')) {
        spec->precision = httpsys_take(cursor, '*') ? va_arg(arguments->list, int)
                                                    : httpsys_take_number(cursor);
        spec->precision = spec->precision < 0 ? -1 : spec->precision;
    }
    spec->size = httpsys_take_size(cursor);
    for (i = 0; i < 5; i++) {
        if (seen & 1u << i) {
            spec->flags[count++] = all[i];
        }
    }
    spec->flags[count] = 0;
}

/* The number as the C library prints it: an integer, or a double, or a long double if `real` says
 * so. Returns 0 if that fails. */
HTTPSYS_CRT int httpsys_put_number(struct httpsys_sink *sink, const struct httpsys_spec *spec,
                                   char letter, unsigned long long integer, double value,
                                   const long double *real)
{
    char native[24], small[128], *text = small;
    size_t room = sizeof(small);
    int length, turn;
    const char *size = letter == 'd' || letter == 'u' || letter == 'o' || letter == 'x' ||
                               letter == 'X'
                           ? "ll"
                       : real ? "L"
                              : "";

    __builtin_snprintf(native, sizeof(native), "%%%s*.*%s%c", spec->flags, size, letter);
    for (turn = 0;; turn++) {
        if (size[0] == 'l') {
            length = __builtin_snprintf(text, room, native, spec->width, spec->precision, integer);
        } else if (real) {
            length = __builtin_snprintf(text, room, native, spec->width, spec->precision, *real);
        } else {
            length = __builtin_snprintf(text, room, native, spec->width, spec->precision, value);
        }
        if (length < 0 || (size_t)length < room || turn > 0) {
            break;
        }
        room = (size_t)length + 1;
        text = (char *)__builtin_malloc(room);
        if (!text) {
            return 0;
        }
    }
    if (length >= 0) {
        httpsys_sink_string(sink, sink->wide, text, 0, SIZE_MAX);
    }
    if (text != small) {
        __builtin_free(text);
    }
    return length >= 0;
}

HTTPSYS_CRT int httpsys_put_integer(struct httpsys_sink *sink, const struct httpsys_spec *spec,
                                    char letter, struct httpsys_arguments *arguments)
{
    int is_signed = letter == 'd' || letter == 'i';
    unsigned long long value;

    if (spec->size == HTTPSYS_SIZE_64) {
        value = va_arg(arguments->list, unsigned long long);
    } else {
        unsigned word = va_arg(arguments->list, unsigned);
        if (spec->size == HTTPSYS_SIZE_HH) {
            word = is_signed ? (unsigned)(int)(signed char)word : (unsigned char)word;
        } else if (spec->size == HTTPSYS_SIZE_H) {
            word = is_signed ? (unsigned)(int)(short)word : (unsigned short)word;
        }
        value = is_signed ? (unsigned long long)(long long)(int)word : word;
    }
    return httpsys_put_number(sink, spec, is_signed ? 'd' : letter, value, 0, NULL);
}

HTTPSYS_CRT int httpsys_put_pointer(struct httpsys_sink *sink, struct httpsys_spec *spec,
                                    struct httpsys_arguments *arguments)
{
    uintptr_t address = (uintptr_t)va_arg(arguments->list, void *);

    spec->precision = 2 * (int)sizeof(void *);
    return httpsys_put_number(sink, spec, 'X', address, 0, NULL);
}

HTTPSYS_CRT int httpsys_put_float(struct httpsys_sink *sink, const struct httpsys_spec *spec,
                                  char letter, struct httpsys_arguments *arguments)
{
    if (spec->size == HTTPSYS_SIZE_LONG_DOUBLE) {
        long double real = va_arg(arguments->list, long double);
        return httpsys_put_number(sink, spec, letter, 0, 0, &real);
    }
    return httpsys_put_number(sink, spec, letter, 0, va_arg(arguments->list, double), NULL);
}

/* Whether the text of %s, %S, %c or %C is UTF-16. */
HTTPSYS_CRT int httpsys_text_is_wide(const struct httpsys_spec *spec, char letter, int wide)
{
    if (spec->size == HTTPSYS_SIZE_H || spec->size == HTTPSYS_SIZE_HH) {
        return 0;
    }
    if (spec->size == HTTPSYS_SIZE_L || spec->size == HTTPSYS_SIZE_W) {
        return 1;
    }
    return letter == 's' || letter == 'c' ? wide : !wide;
}

HTTPSYS_CRT void httpsys_put_text(struct httpsys_sink *sink, const struct httpsys_spec *spec,
                                  char letter, struct httpsys_arguments *arguments)
{
    int text_wide = httpsys_text_is_wide(spec, letter, sink->wide);
    int is_string = letter == 's' || letter == 'S';
    size_t limit = is_string && spec->precision >= 0 ? (size_t)spec->precision : SIZE_MAX;
    const void *text = NULL;
    int unit = 0;
    uint32_t character = 0;
    size_t units, padding;
    char fill = spec->flags[0] != '-' && __builtin_strchr(spec->flags, '0') ? '0' : ' ';

    if (is_string) {
        text = va_arg(arguments->list, const void *);
        if (!text) {
            text = "(null)";
            text_wide = 0;
        }
        units = httpsys_sink_string(NULL, sink->wide, text, text_wide, limit);
    } else {
        unit = va_arg(arguments->list, int);
        character = text_wide ? (uint32_t)unit & 0xFFFF : (uint32_t)unit & 0xFF;
        if (text_wide ? character >= 0xD800 && character <= 0xDFFF : character >= 0x80) {
            character = HTTPSYS_REPLACEMENT;
        }
        units = text_wide == sink->wide ? 1
                                        : httpsys_sink_character(NULL, sink->wide, character, 4);
    }
    padding = (size_t)spec->width > units ? (size_t)spec->width - units : 0;
    if (spec->flags[0] != '-') {
        httpsys_sink_pad(sink, fill, padding);
    }
    if (is_string) {
        httpsys_sink_string(sink, sink->wide, text, text_wide, limit);
    } else if (text_wide == sink->wide) {
        httpsys_sink_unit(sink, (uint32_t)unit);
    } else {
        httpsys_sink_character(sink, sink->wide, character, 4);
    }
    if (spec->flags[0] == '-') {
        httpsys_sink_pad(sink, ' ', padding);
    }
}

/* One conversion, its letter included. Returns 0 if the call has to fail. */
HTTPSYS_CRT int httpsys_put_conversion(struct httpsys_sink *sink, struct httpsys_cursor *format,
                                       struct httpsys_arguments *arguments)
{
    struct httpsys_spec spec;
    uint32_t letter;

    httpsys_take_spec(format, &spec, arguments);
    letter = httpsys_peek(format);
    if (letter == 0) {
        return 1;
    }
    httpsys_skip(format);
    switch (letter) {
    case 'd': case 'i': case 'u': case 'o': case 'x': case 'X':
        return httpsys_put_integer(sink, &spec, (char)letter, arguments);
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': case 'a': case 'A':
        return httpsys_put_float(sink, &spec, (char)letter, arguments);
    case 's': case 'S': case 'c': case 'C':
        httpsys_put_text(sink, &spec, (char)letter, arguments);
        return 1;
    case 'p':
        return httpsys_put_pointer(sink, &spec, arguments);
    case 'n':
        errno = EINVAL;
        return 0;
    default:
        httpsys_sink_unit(sink, letter);
        return 1;
    }
}

/* Formats into a sink; the format has the sink's width. Returns the number of units, terminator not
 * counted, whether they fitted or not; -1 after an error. */
HTTPSYS_CRT int httpsys_format(struct httpsys_sink *sink, const void *format, va_list list)
{
    struct httpsys_cursor cursor;
    struct httpsys_arguments arguments;
    int good = format != NULL;

    if (!good) {
        errno = EINVAL;
        return -1;
    }
    cursor.at8 = (const char *)format;
    cursor.at16 = sink->wide ? (const httpsys_unit *)format : NULL;
    va_copy(arguments.list, list);
    while (good && !sink->failed && httpsys_peek(&cursor) != 0) {
        uint32_t unit = httpsys_peek(&cursor);
        httpsys_skip(&cursor);
        if (unit != '%') {
            httpsys_sink_unit(sink, unit);
        } else {
            good = httpsys_put_conversion(sink, &cursor, &arguments);
        }
    }
    va_end(arguments.list);
    if (sink->failed) {
        errno = ENOMEM;
    }
    if (sink->length > INT_MAX) {
        errno = EOVERFLOW;
        good = 0;
    }
    return good && !sink->failed ? (int)sink->length : -1;
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_FORMAT_H */
