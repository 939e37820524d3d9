/* Microsoft's names for numbers in strings of bytes. Pages: _atoi64; _strtoui64; itoa, _itoa. */
#ifndef HTTPSYS_CRT_NARROW_NUMBER_H
#define HTTPSYS_CRT_NARROW_NUMBER_H

#pragma GCC system_header

#include "base.h"

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT long long _strtoi64(const char *text, char **end, int base)
{
    return strtoll(text, end, base);
}
HTTPSYS_CRT unsigned long long _strtoui64(const char *text, char **end, int base)
{
    return strtoull(text, end, base);
}
HTTPSYS_CRT long long _atoi64(const char *text)
{
    return strtoll(text, NULL, 10);
}

/* `target` has room for 65 bytes in base 2, 33 for the 32-bit functions. */
HTTPSYS_CRT char *_ui64toa(unsigned long long value, char *target, int base)
{
    char digits[64];
    int count = 0, i;

    if (base < 2 || base > 36) {
        errno = EINVAL;
        *target = 0;
        return target;
    }
    do {
        int digit = (int)(value % (unsigned)base);
        digits[count++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
        value /= (unsigned)base;
    } while (value);
    for (i = 0; i < count; i++) {
        target[i] = digits[count - 1 - i];
    }
    target[count] = 0;
    return target;
}
HTTPSYS_CRT char *_i64toa(long long value, char *target, int base)
{
    if (base == 10 && value < 0) {
        *target = '-';
        _ui64toa(0 - (unsigned long long)value, target + 1, base);
        return target;
    }
    return _ui64toa((unsigned long long)value, target, base);
}
HTTPSYS_CRT char *_itoa(int value, char *target, int base)
{
    return base == 10 ? _i64toa(value, target, base) : _ui64toa((unsigned)value, target, base);
}
HTTPSYS_CRT char *_ltoa(long value, char *target, int base)
{
    return _itoa((int)value, target, base);
}
HTTPSYS_CRT char *_ultoa(unsigned long value, char *target, int base)
{
    return _ui64toa((unsigned)value, target, base);
}

/* Page: _itoa_s, _itow_s functions. EINVAL for a NULL target, a size of 0 and a base that is none;
 * ERANGE for a number that does not fit with its NUL (observed; the page says EINVAL). The target is
 * empty then. */
HTTPSYS_CRT errno_t httpsys_toa_s(unsigned long long value, int negative, char *target,
                                    size_t size, int base)
{
    char digits[66];
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
    _ui64toa(negative ? 0 - value : value, digits + (negative != 0), base);
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
HTTPSYS_CRT errno_t _ui64toa_s(unsigned long long value, char *target, size_t size, int base)
{
    return httpsys_toa_s(value, 0, target, size, base);
}
HTTPSYS_CRT errno_t _i64toa_s(long long value, char *target, size_t size, int base)
{
    return httpsys_toa_s((unsigned long long)value, base == 10 && value < 0, target, size, base);
}
HTTPSYS_CRT errno_t _itoa_s(int value, char *target, size_t size, int base)
{
    return base == 10 ? _i64toa_s(value, target, size, base)
                      : _ui64toa_s((unsigned)value, target, size, base);
}
HTTPSYS_CRT errno_t _ltoa_s(long value, char *target, size_t size, int base)
{
    return _itoa_s((int)value, target, size, base);
}
HTTPSYS_CRT errno_t _ultoa_s(unsigned long value, char *target, size_t size, int base)
{
    return _ui64toa_s((unsigned)value, target, size, base);
}

#ifdef __cplusplus
template <size_t size>
inline errno_t _itoa_s(int value, char (&target)[size], int base)
{
    return _itoa_s(value, target, size, base);
}
template <size_t size>
inline errno_t _ltoa_s(long value, char (&target)[size], int base)
{
    return _ltoa_s(value, target, size, base);
}
template <size_t size>
inline errno_t _ultoa_s(unsigned long value, char (&target)[size], int base)
{
    return _ultoa_s(value, target, size, base);
}
template <size_t size>
inline errno_t _i64toa_s(long long value, char (&target)[size], int base)
{
    return _i64toa_s(value, target, size, base);
}
template <size_t size>
inline errno_t _ui64toa_s(unsigned long long value, char (&target)[size], int base)
{
    return _ui64toa_s(value, target, size, base);
}
#endif

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_NARROW_NUMBER_H */
