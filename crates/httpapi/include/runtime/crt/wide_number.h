/* Numbers in 16-bit wide strings. Pages: strtol, wcstol; _wtoi; _itow; and the like.
 *
 * Differs: wcstol and wcstoul have the range of the types they return, which are 64 bits wide here; the
 * functions whose name says a width (_wcstoi64) have that, and _wtoi and _wtol stay in 32 bits.
 */
#ifndef HTTPSYS_CRT_WIDE_NUMBER_H
#define HTTPSYS_CRT_WIDE_NUMBER_H

#pragma GCC system_header

#include <limits.h>
#include <wctype.h>

#include "base.h"

#if HTTPSYS_CRT_WIDE

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT int httpsys_digit(wchar_t unit)
{
    if (unit >= '0' && unit <= '9') {
        return unit - '0';
    }
    if (unit >= 'a' && unit <= 'z') {
        return unit - 'a' + 10;
    }
    if (unit >= 'A' && unit <= 'Z') {
        return unit - 'A' + 10;
    }
    return INT_MAX;
}

/* The absolute value; *negative says whether there was a minus sign. Beyond `limit` (or `limit` and
 * one, if negative and signed) the value is that limit, and errno is ERANGE. */
HTTPSYS_CRT unsigned long long httpsys_wide_integer(const wchar_t *text, wchar_t **end, int base,
                                                    unsigned long long limit, int is_signed,
                                                    int *negative)
{
    const wchar_t *at = text, *digits;
    unsigned long long value = 0;
    int over = 0;

    *negative = 0;
    if (end) {
        *end = (wchar_t *)text;
    }
    if (base < 0 || base == 1 || base > 36) {
        errno = EINVAL;
        return 0;
    }
    while (iswspace((wint_t)*at)) {
        at++;
    }
    if (*at == '-' || *at == '+') {
        *negative = *at++ == '-';
    }
    if ((base == 0 || base == 16) && at[0] == '0' && (at[1] | 32) == 'x' &&
        httpsys_digit(at[2]) < 16) {
        at += 2;
        base = 16;
    }
    base = base ? base : *at == '0' ? 8 : 10;
    limit += (unsigned long long)(is_signed && *negative);
    for (digits = at; httpsys_digit(*at) < base; at++) {
        unsigned long long digit = (unsigned long long)httpsys_digit(*at);
        over |= value > (limit - digit) / (unsigned long long)base;
        value = value * (unsigned long long)base + digit;
    }
    if (at != digits && end) {
        *end = (wchar_t *)at;
    }
    if (over) {
        errno = ERANGE;
        *negative = *negative && is_signed;
        return limit;
    }
    return value;
}

HTTPSYS_CRT long long httpsys_wide_signed(const wchar_t *text, wchar_t **end, int base,
                                          long long limit)
{
    int negative;
    unsigned long long value =
        httpsys_wide_integer(text, end, base, (unsigned long long)limit, 1, &negative);

    return (long long)(negative ? 0 - value : value);
}

HTTPSYS_CRT unsigned long long httpsys_wide_unsigned(const wchar_t *text, wchar_t **end, int base,
                                                     unsigned long long limit)
{
    int negative;
    unsigned long long value = httpsys_wide_integer(text, end, base, limit, 0, &negative);

    return negative ? 0 - value : value;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, long, wcstol, (const wchar_t *text, wchar_t **end, int base))
{
    return (long)httpsys_wide_signed(text, end, base, LONG_MAX);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, long long, wcstoll,
                      (const wchar_t *text, wchar_t **end, int base))
{
    return httpsys_wide_signed(text, end, base, INT64_MAX);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, intmax_t, wcstoimax,
                      (const wchar_t *text, wchar_t **end, int base))
{
    return (intmax_t)httpsys_wide_signed(text, end, base, INT64_MAX);
}
HTTPSYS_CRT long long _wcstoi64(const wchar_t *text, wchar_t **end, int base)
{
    return httpsys_wide_signed(text, end, base, INT64_MAX);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, unsigned long, wcstoul,
                      (const wchar_t *text, wchar_t **end, int base))
{
    return (unsigned long)httpsys_wide_unsigned(text, end, base, ULONG_MAX);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, unsigned long long, wcstoull,
                      (const wchar_t *text, wchar_t **end, int base))
{
    return httpsys_wide_unsigned(text, end, base, UINT64_MAX);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, uintmax_t, wcstoumax,
                      (const wchar_t *text, wchar_t **end, int base))
{
    return (uintmax_t)httpsys_wide_unsigned(text, end, base, UINT64_MAX);
}
HTTPSYS_CRT unsigned long long _wcstoui64(const wchar_t *text, wchar_t **end, int base)
{
    return httpsys_wide_unsigned(text, end, base, UINT64_MAX);
}

HTTPSYS_CRT int _wtoi(const wchar_t *text)
{
    return (int)httpsys_wide_signed(text, NULL, 10, INT_MAX);
}
HTTPSYS_CRT long _wtol(const wchar_t *text)
{
    return (long)httpsys_wide_signed(text, NULL, 10, INT_MAX);
}
HTTPSYS_CRT long long _wtoi64(const wchar_t *text)
{
    return httpsys_wide_signed(text, NULL, 10, INT64_MAX);
}
HTTPSYS_CRT long long _wtoll(const wchar_t *text)
{
    return _wtoi64(text);
}

/* Real numbers: the longest run of ASCII that may belong to one goes to the C library. A number of
 * more than 400 units is cut there, which changes only digits far beyond the precision. */
HTTPSYS_CRT long double httpsys_wide_real(const wchar_t *text, wchar_t **end, char kind)
{
    char copy[401], *stop;
    const wchar_t *at = text;
    size_t count = 0;
    long double value;

    while (iswspace((wint_t)*at)) {
        at++;
    }
    while (count < sizeof(copy) - 1 && at[count] > ' ' && at[count] < 0x7F) {
        copy[count] = (char)at[count];
        count++;
    }
    copy[count] = 0;
    value = kind == 'f'   ? (long double)strtof(copy, &stop)
            : kind == 'd' ? (long double)strtod(copy, &stop)
                          : strtold(copy, &stop);
    if (end) {
        *end = (wchar_t *)(stop == copy ? text : at + (stop - copy));
    }
    return value;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, float, wcstof, (const wchar_t *text, wchar_t **end))
{
    return (float)httpsys_wide_real(text, end, 'f');
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, double, wcstod, (const wchar_t *text, wchar_t **end))
{
    return (double)httpsys_wide_real(text, end, 'd');
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, long double, wcstold, (const wchar_t *text, wchar_t **end))
{
    return httpsys_wide_real(text, end, 'l');
}
HTTPSYS_CRT double _wtof(const wchar_t *text)
{
    return wcstod(text, NULL);
}

/* Page: itoa, _itow functions. `target` has room for 65 units in base 2, 33 for the 32-bit ones. */
HTTPSYS_CRT wchar_t *_ui64tow(unsigned long long value, wchar_t *target, int base)
{
    wchar_t digits[64];
    int count = 0, i;

    if (base < 2 || base > 36) {
        errno = EINVAL;
        *target = 0;
        return target;
    }
    do {
        int digit = (int)(value % (unsigned)base);
        digits[count++] = (wchar_t)(digit < 10 ? '0' + digit : 'a' + digit - 10);
        value /= (unsigned)base;
    } while (value);
    for (i = 0; i < count; i++) {
        target[i] = digits[count - 1 - i];
    }
    target[count] = 0;
    return target;
}
HTTPSYS_CRT wchar_t *_i64tow(long long value, wchar_t *target, int base)
{
    if (base == 10 && value < 0) {
        *target = '-';
        _ui64tow(0 - (unsigned long long)value, target + 1, base);
        return target;
    }
    return _ui64tow((unsigned long long)value, target, base);
}
HTTPSYS_CRT wchar_t *_itow(int value, wchar_t *target, int base)
{
    return base == 10 ? _i64tow(value, target, base) : _ui64tow((unsigned)value, target, base);
}
HTTPSYS_CRT wchar_t *_ltow(long value, wchar_t *target, int base)
{
    return _itow((int)value, target, base);
}
HTTPSYS_CRT wchar_t *_ultow(unsigned long value, wchar_t *target, int base)
{
    return _ui64tow((unsigned)value, target, base);
}

/* Page: _itoa_s, _itow_s functions. EINVAL for a NULL target, a size of 0 and a base that is none;
 * ERANGE for a number that does not fit with its NUL (observed; the page says EINVAL). The target is
 * empty then. */
HTTPSYS_CRT errno_t httpsys_tow_s(unsigned long long value, int negative, wchar_t *target,
                                    size_t size, int base)
{
    wchar_t digits[66];
    size_t length = 0;

    if (!target || size == 0) {
        errno = EINVAL;
        return EINVAL;
    }
    *target = 0;
    if (base < 2 || base > 36) {
        errno = EINVAL;
        return EINVAL;
    }
    digits[0] = '-';
    _ui64tow(negative ? 0 - value : value, digits + (negative != 0), base);
    while (digits[length]) {
        length++;
    }
    if (length >= size) {
        errno = ERANGE;
        return ERANGE;
    }
    __builtin_memcpy(target, digits, (length + 1) * sizeof *target);
    return 0;
}
HTTPSYS_CRT errno_t _ui64tow_s(unsigned long long value, wchar_t *target, size_t size, int base)
{
    return httpsys_tow_s(value, 0, target, size, base);
}
HTTPSYS_CRT errno_t _i64tow_s(long long value, wchar_t *target, size_t size, int base)
{
    return httpsys_tow_s((unsigned long long)value, base == 10 && value < 0, target, size, base);
}
HTTPSYS_CRT errno_t _itow_s(int value, wchar_t *target, size_t size, int base)
{
    return base == 10 ? _i64tow_s(value, target, size, base)
                      : _ui64tow_s((unsigned)value, target, size, base);
}
HTTPSYS_CRT errno_t _ltow_s(long value, wchar_t *target, size_t size, int base)
{
    return _itow_s((int)value, target, size, base);
}
HTTPSYS_CRT errno_t _ultow_s(unsigned long value, wchar_t *target, size_t size, int base)
{
    return _ui64tow_s((unsigned)value, target, size, base);
}

#ifdef __cplusplus
template <size_t size>
inline errno_t _itow_s(int value, wchar_t (&target)[size], int base)
{
    return _itow_s(value, target, size, base);
}
template <size_t size>
inline errno_t _ltow_s(long value, wchar_t (&target)[size], int base)
{
    return _ltow_s(value, target, size, base);
}
template <size_t size>
inline errno_t _ultow_s(unsigned long value, wchar_t (&target)[size], int base)
{
    return _ultow_s(value, target, size, base);
}
template <size_t size>
inline errno_t _i64tow_s(long long value, wchar_t (&target)[size], int base)
{
    return _i64tow_s(value, target, size, base);
}
template <size_t size>
inline errno_t _ui64tow_s(unsigned long long value, wchar_t (&target)[size], int base)
{
    return _ui64tow_s(value, target, size, base);
}
#endif

HTTPSYS_CRT_END

#endif
#endif /* HTTPSYS_CRT_WIDE_NUMBER_H */
