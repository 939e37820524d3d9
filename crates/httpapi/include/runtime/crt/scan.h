/* Reads input with Microsoft's meaning of formats. Page: Format Specification Fields: scanf and
 * wscanf Functions. Sizes and widths of text are those of format.h; above all, %lu and %ld store 32
 * bits, so that a ULONG is not written past its end. The functions ending in _s take the size of
 * the target, as an unsigned int, after the target of %s, %S, %c, %C and %[.
 */
#ifndef HTTPSYS_CRT_SCAN_H
#define HTTPSYS_CRT_SCAN_H

#pragma GCC system_header

#include <ctype.h>
#include <stdlib.h>

#include "wide_stdio.h"

/* What is read from: a string, or a stream if there is one. One unit can be put back. */
struct httpsys_input {
    struct httpsys_cursor text;
    FILE *stream;
    int wide;
    int secure;
    size_t count; /* units taken */
    uint32_t last;
    int ended;
    int starved; /* a conversion found no input at all */
};

#define HTTPSYS_INPUT_END 0xFFFFFFFFu

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT uint32_t httpsys_input_take(struct httpsys_input *input)
{
    uint32_t unit;

    if (!input->stream) {
        unit = httpsys_peek(&input->text);
        if (unit) {
            httpsys_skip(&input->text);
        }
        unit = unit ? unit : HTTPSYS_INPUT_END;
#if HTTPSYS_CRT_WIDE
    } else if (input->wide) {
        wint_t got = fgetwc(input->stream);
        unit = got == WEOF ? HTTPSYS_INPUT_END : (uint32_t)got;
#endif
    } else {
        int got = getc(input->stream);
        unit = got == EOF ? HTTPSYS_INPUT_END : (uint32_t)got;
    }
    input->ended |= unit == HTTPSYS_INPUT_END;
    input->count += unit != HTTPSYS_INPUT_END;
    input->last = unit;
    return unit;
}

/* Puts the unit that was taken last back. */
HTTPSYS_CRT void httpsys_input_back(struct httpsys_input *input)
{
    if (input->last == HTTPSYS_INPUT_END) {
        return;
    }
    input->count--;
    if (!input->stream) {
        if (input->wide) {
            input->text.at16--;
        } else {
            input->text.at8--;
        }
#if HTTPSYS_CRT_WIDE
    } else if (input->wide) {
        ungetwc((wint_t)input->last, input->stream);
#endif
    } else {
        ungetc((int)input->last, input->stream);
    }
}

HTTPSYS_CRT int httpsys_is_space(uint32_t unit)
{
    return unit == ' ' || (unit >= '\t' && unit <= '\r');
}

HTTPSYS_CRT void httpsys_input_spaces(struct httpsys_input *input)
{
    while (httpsys_is_space(httpsys_input_take(input))) {
    }
    httpsys_input_back(input);
}

/* The value of a digit in any base up to 16, or 99. */
HTTPSYS_CRT unsigned httpsys_input_digit(uint32_t unit)
{
    if (unit >= '0' && unit <= '9') {
        return unit - '0';
    }
    unit |= 32;
    return unit >= 'a' && unit <= 'f' ? unit - 'a' + 10 : 99;
}

/* An integer of at most `width` units. Base 0 takes the prefixes 0x and 0. Returns 0 if there is
 * none. */
HTTPSYS_CRT int httpsys_scan_integer(struct httpsys_input *input, int width, unsigned base,
                                     unsigned long long *value)
{
    uint32_t unit = httpsys_input_take(input);
    int negative = unit == '-', digits = 0;

    if ((unit == '-' || unit == '+') && width-- > 1) {
        unit = httpsys_input_take(input);
    }
    *value = 0;
    if (unit == '0' && width > 0 && (base == 0 || base == 16)) {
        digits = 1;
        width--;
        unit = width > 0 ? httpsys_input_take(input) : unit;
        if (width > 1 && (unit == 'x' || unit == 'X')) {
            base = 16;
            width--;
            unit = httpsys_input_take(input);
        }
        base = base ? base : 8;
        if (width == 0) {
            return 1;
        }
    }
    base = base ? base : 10;
    for (; width > 0 && httpsys_input_digit(unit) < base; digits++) {
        *value = *value * base + httpsys_input_digit(unit);
        if (--width == 0) {
            break;
        }
        unit = httpsys_input_take(input);
    }
    if (width > 0) {
        httpsys_input_back(input);
    }
    *value = negative ? 0 - *value : *value;
    return digits > 0;
}

HTTPSYS_CRT void httpsys_store_integer(void *target, enum httpsys_size size,
                                       unsigned long long value)
{
    switch (size) {
    case HTTPSYS_SIZE_HH:
        *(unsigned char *)target = (unsigned char)value;
        break;
    case HTTPSYS_SIZE_H:
        *(unsigned short *)target = (unsigned short)value;
        break;
    case HTTPSYS_SIZE_64:
        *(unsigned long long *)target = value;
        break;
    default:
        *(unsigned *)target = (unsigned)value;
    }
}

/* A real number of at most `width` units, 300 at most. */
HTTPSYS_CRT int httpsys_scan_real(struct httpsys_input *input, int width, enum httpsys_size size,
                                  void *target)
{
    char text[301], *end;
    int count = 0, limit = width < 300 ? width : 300;
    long double value;

    while (count < limit) {
        uint32_t unit = httpsys_input_take(input);
        int sign = unit == '+' || unit == '-';
        char before = count ? (char)(text[count - 1] | 32) : 'e';
        if (unit > 0x7E || !(isalnum((int)unit) || unit == '.' || sign) ||
            (sign && before != 'e' && before != 'p')) {
            httpsys_input_back(input);
            break;
        }
        text[count++] = (char)unit;
    }
    text[count] = 0;
    value = strtold(text, &end);
    if (count == 0 || *end) {
        return 0;
    }
    if (!target) {
        return 1;
    }
    if (size == HTTPSYS_SIZE_LONG_DOUBLE) {
        *(long double *)target = value;
    } else if (size == HTTPSYS_SIZE_L || size == HTTPSYS_SIZE_64) {
        *(double *)target = strtod(text, NULL);
    } else {
        *(float *)target = strtof(text, NULL);
    }
    return 1;
}

/* Moves a format behind the set of %[ and returns whether the set has `unit`. */
HTTPSYS_CRT int httpsys_in_set(struct httpsys_cursor *format, uint32_t unit)
{
    int inverted = httpsys_take(format, '^'), found = 0, first = 1;
    uint32_t low;

    for (; (low = httpsys_peek(format)) != 0 && (low != ']' || first); first = 0) {
        struct httpsys_cursor ahead;
        uint32_t high = low;
        httpsys_skip(format);
        ahead = *format;
        if (httpsys_take(&ahead, '-') && httpsys_peek(&ahead) && httpsys_peek(&ahead) != ']') {
            high = httpsys_peek(&ahead);
            httpsys_skip(&ahead);
            *format = ahead;
        }
        found |= unit >= low && unit <= high;
    }
    httpsys_take(format, ']');
    return found != inverted;
}

/* %s, %c and %[: collects at most `width` units of input, then stores them in the target's width.
 * Returns 0 if there are none, or if the target of a function with _s is too small. */
HTTPSYS_CRT int httpsys_scan_text(struct httpsys_input *input, char letter, int width,
                                  const struct httpsys_cursor *set, int target_wide, void *target,
                                  size_t size)
{
    struct httpsys_sink collected, out;
    int count = 0, fits = 1;

    httpsys_sink_growing(&collected, input->wide);
    for (; count < width; count++) {
        uint32_t unit = httpsys_input_take(input);
        struct httpsys_cursor copy = *set;
        if (unit == HTTPSYS_INPUT_END || (letter == 's' && httpsys_is_space(unit)) ||
            (letter == '[' && !httpsys_in_set(&copy, unit))) {
            httpsys_input_back(input);
            break;
        }
        httpsys_sink_unit(&collected, unit);
    }
    httpsys_sink_unit(&collected, 0);
    if (target && !collected.failed && count > 0) {
        httpsys_sink_fixed(&out, target_wide, target, size);
        httpsys_sink_string(&out, target_wide, collected.units, input->wide, SIZE_MAX);
        if (letter != 'c') {
            httpsys_sink_unit(&out, 0);
        }
        fits = out.length <= size;
        if (!fits) {
            out.length = 0;
            httpsys_sink_terminate(&out);
        }
    }
    fits = fits && !collected.failed;
    httpsys_sink_free(&collected);
    return count > 0 && fits && (letter != 'c' || count == width);
}

/* One conversion. Returns 1 if it was stored or skipped, 0 if the input does not match. */
HTTPSYS_CRT int httpsys_scan_conversion(struct httpsys_input *input, struct httpsys_cursor *format,
                                        struct httpsys_arguments *arguments, int *stored)
{
    struct httpsys_spec spec;
    int skipped = httpsys_take(format, '*');
    int width = httpsys_take_number(format), good;
    char letter, plain;
    void *target;
    unsigned long long value;
    size_t size = SIZE_MAX / 4, start;

    spec.size = httpsys_take_size(format);
    letter = (char)httpsys_peek(format);
    plain = letter == 'S' ? 's' : letter == 'C' ? 'c' : letter;
    if (letter) {
        httpsys_skip(format);
    }
    if (letter == '%') {
        httpsys_input_spaces(input);
        good = httpsys_input_take(input) == '%';
        if (!good) {
            httpsys_input_back(input);
        }
        return good;
    }
    target = skipped ? NULL : va_arg(arguments->list, void *);
    if (letter == 'n') {
        if (target) {
            httpsys_store_integer(target, spec.size, input->count);
        }
        return 1;
    }
    if (plain == 's' || plain == 'c' || plain == '[') {
        struct httpsys_cursor set = *format;
        int text_wide =
            httpsys_text_is_wide(&spec, letter == '[' ? 's' : letter, input->wide);
        if (input->secure && !skipped) {
            size = va_arg(arguments->list, unsigned);
        }
        if (plain == '[') {
            httpsys_in_set(format, 0);
        }
        if (plain == 's') {
            httpsys_input_spaces(input);
        }
        start = input->count;
        width = width ? width : plain == 'c' ? 1 : INT_MAX;
        good = httpsys_scan_text(input, plain, width, &set, text_wide, target, size);
        *stored += good && !skipped;
        input->starved = input->ended && input->count == start;
        return good;
    }
    httpsys_input_spaces(input);
    start = input->count;
    width = width ? width : INT_MAX;
    switch (letter) {
    case 'd': case 'u': case 'i': case 'o': case 'x': case 'X': case 'p':
        good = httpsys_scan_integer(input, width,
                                    letter == 'i'                    ? 0
                                    : letter == 'o'                  ? 8
                                    : letter == 'd' || letter == 'u' ? 10
                                                                     : 16,
                                    &value);
        if (good && target) {
            httpsys_store_integer(target, letter == 'p' ? HTTPSYS_SIZE_64 : spec.size, value);
        }
        break;
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': case 'a': case 'A':
        good = httpsys_scan_real(input, width, spec.size, target);
        break;
    default:
        return 0;
    }
    *stored += good && !skipped;
    input->starved = input->ended && input->count == start;
    return good;
}

/* Returns the number of targets stored, or EOF if the input ended before the first conversion. */
HTTPSYS_CRT int httpsys_scan(FILE *stream, const void *text, int wide, int secure,
                             const void *format, va_list list)
{
    struct httpsys_input input;
    struct httpsys_cursor cursor;
    struct httpsys_arguments arguments;
    int stored = 0, good = 1;

    if (!format || (!stream && !text)) {
        errno = EINVAL;
        return EOF;
    }
    __builtin_memset(&input, 0, sizeof(input));
    input.stream = stream;
    input.wide = wide;
    input.secure = secure;
    input.text.at8 = (const char *)text;
    input.text.at16 = wide ? (const httpsys_unit *)text : NULL;
    cursor.at8 = (const char *)format;
    cursor.at16 = wide ? (const httpsys_unit *)format : NULL;
    va_copy(arguments.list, list);
    while (good && httpsys_peek(&cursor)) {
        uint32_t unit = httpsys_peek(&cursor);
        httpsys_skip(&cursor);
        if (httpsys_is_space(unit)) {
            httpsys_input_spaces(&input);
        } else if (unit == '%') {
            good = httpsys_scan_conversion(&input, &cursor, &arguments, &stored);
        } else if (httpsys_input_take(&input) != unit) {
            input.starved = input.last == HTTPSYS_INPUT_END;
            httpsys_input_back(&input);
            good = 0;
        }
    }
    va_end(arguments.list);
    return !good && stored == 0 && input.starved ? EOF : stored;
}

HTTPSYS_CRT_END

/* For each family: stream, standard input, string; with and without va_list; with _s. */
#define HTTPSYS_SCAN_BODY(stream, text, wide, secure)                                              \
    HTTPSYS_PRINT_BODY(httpsys_scan(stream, text, wide, secure, format, list))

HTTPSYS_CRT_BEGIN

#if HTTPSYS_MS_PRINTF
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vfscanf, (FILE *stream, const char *format, va_list list))
{
    return httpsys_scan(stream, NULL, 0, 0, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vscanf, (const char *format, va_list list))
{
    return httpsys_scan(stdin, NULL, 0, 0, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vsscanf,
                      (const char *text, const char *format, va_list list))
{
    return httpsys_scan(NULL, text, 0, 0, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, fscanf, (FILE *stream, const char *format, ...))
HTTPSYS_SCAN_BODY(stream, NULL, 0, 0)
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, scanf, (const char *format, ...))
HTTPSYS_SCAN_BODY(stdin, NULL, 0, 0)
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, sscanf, (const char *text, const char *format, ...))
HTTPSYS_SCAN_BODY(NULL, text, 0, 0)
#endif
HTTPSYS_CRT int fscanf_s(FILE *stream, const char *format, ...)
HTTPSYS_SCAN_BODY(stream, NULL, 0, 1)
HTTPSYS_CRT int scanf_s(const char *format, ...)
HTTPSYS_SCAN_BODY(stdin, NULL, 0, 1)
HTTPSYS_CRT int sscanf_s(const char *text, const char *format, ...)
HTTPSYS_SCAN_BODY(NULL, text, 0, 1)

#if HTTPSYS_CRT_WIDE
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vfwscanf,
                      (FILE *stream, const wchar_t *format, va_list list))
{
    return httpsys_scan(stream, NULL, 1, 0, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vwscanf, (const wchar_t *format, va_list list))
{
    return httpsys_scan(stdin, NULL, 1, 0, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vswscanf,
                      (const wchar_t *text, const wchar_t *format, va_list list))
{
    return httpsys_scan(NULL, text, 1, 0, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, fwscanf, (FILE *stream, const wchar_t *format, ...))
HTTPSYS_SCAN_BODY(stream, NULL, 1, 0)
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, wscanf, (const wchar_t *format, ...))
HTTPSYS_SCAN_BODY(stdin, NULL, 1, 0)
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, swscanf, (const wchar_t *text, const wchar_t *format, ...))
HTTPSYS_SCAN_BODY(NULL, text, 1, 0)
HTTPSYS_CRT int fwscanf_s(FILE *stream, const wchar_t *format, ...)
HTTPSYS_SCAN_BODY(stream, NULL, 1, 1)
HTTPSYS_CRT int wscanf_s(const wchar_t *format, ...)
HTTPSYS_SCAN_BODY(stdin, NULL, 1, 1)
HTTPSYS_CRT int swscanf_s(const wchar_t *text, const wchar_t *format, ...)
HTTPSYS_SCAN_BODY(NULL, text, 1, 1)
#endif

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_SCAN_H */
