/* Microsoft's names for strings of bytes. Pages: _stricmp; strcpy_s; strncpy_s; strtok_s; memcpy_s;
 * _atoi64; _itoa.
 * Differs: the functions ending in _s report through their result and errno, without an invalid parameter
 * handler.
 */
#ifndef HTTPSYS_CRT_NARROW_STRING_H
#define HTTPSYS_CRT_NARROW_STRING_H

#pragma GCC system_header

#include <ctype.h>

#include "base.h"

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT int _strnicmp(const char *left, const char *right, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        int a = tolower((unsigned char)left[i]), b = tolower((unsigned char)right[i]);
        if (a != b) {
            return a < b ? -1 : 1;
        }
        if (!left[i]) {
            break;
        }
    }
    return 0;
}
HTTPSYS_CRT int _stricmp(const char *left, const char *right)
{
    return _strnicmp(left, right, SIZE_MAX);
}
HTTPSYS_CRT int _strcmpi(const char *left, const char *right)
{
    return _stricmp(left, right);
}
HTTPSYS_CRT int _memicmp(const void *left, const void *right, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        int a = tolower(((const unsigned char *)left)[i]);
        int b = tolower(((const unsigned char *)right)[i]);
        if (a != b) {
            return a < b ? -1 : 1;
        }
    }
    return 0;
}

HTTPSYS_CRT char *_strlwr(char *text)
{
    char *at;

    for (at = text; *at; at++) {
        *at = (char)tolower((unsigned char)*at);
    }
    return text;
}
HTTPSYS_CRT char *_strupr(char *text)
{
    char *at;

    for (at = text; *at; at++) {
        *at = (char)toupper((unsigned char)*at);
    }
    return text;
}

HTTPSYS_CRT char *_strdup(const char *text)
{
    size_t size = text ? __builtin_strlen(text) + 1 : 0;
    char *copy = size ? (char *)__builtin_malloc(size) : NULL;

    return copy ? (char *)__builtin_memcpy(copy, text, size) : NULL;
}

HTTPSYS_CRT size_t strnlen_s(const char *text, size_t limit)
{
    const char *end = text ? (const char *)__builtin_memchr(text, 0, limit) : NULL;

    return end ? (size_t)(end - text) : text ? limit : 0;
}

HTTPSYS_CRT errno_t httpsys_refuse_bytes(char *target, errno_t error)
{
    if (target) {
        *target = 0;
    }
    errno = error;
    return error;
}

HTTPSYS_CRT errno_t strncpy_s(char *target, size_t size, const char *source, size_t count)
{
    size_t length;

    if (target && size > 0 && !source && count == 0) {
        *target = 0;
        return 0;
    }
    if (!target || size == 0 || !source) {
        return httpsys_refuse_bytes(size ? target : NULL, EINVAL);
    }
    length = strnlen_s(source, count < size ? count : size);
    if (length == size && count != _TRUNCATE) {
        return httpsys_refuse_bytes(target, ERANGE);
    }
    __builtin_memcpy(target, source, length < size ? length : size - 1);
    target[length < size ? length : size - 1] = 0;
    return length < size ? 0 : STRUNCATE;
}
HTTPSYS_CRT errno_t strcpy_s(char *target, size_t size, const char *source)
{
    return strncpy_s(target, size, source, source ? SIZE_MAX - 1 : 1);
}
HTTPSYS_CRT errno_t strncat_s(char *target, size_t size, const char *source, size_t count)
{
    size_t length = strnlen_s(target, size);
    errno_t error;

    if (!target || length == size) {
        return httpsys_refuse_bytes(size ? target : NULL, EINVAL);
    }
    error = strncpy_s(target + length, size - length, source, count);
    return error && error != STRUNCATE ? httpsys_refuse_bytes(target, error) : error;
}
HTTPSYS_CRT errno_t strcat_s(char *target, size_t size, const char *source)
{
    return strncat_s(target, size, source, source ? SIZE_MAX - 1 : 1);
}

HTTPSYS_CRT char *strtok_s(char *text, const char *delimiters, char **context)
{
    char *token = text ? text : *context;
    char *end;

    if (!token) {
        return NULL;
    }
    token += __builtin_strspn(token, delimiters);
    end = token + __builtin_strcspn(token, delimiters);
    *context = *end ? end + 1 : end;
    *end = 0;
    return end == token ? NULL : token;
}

/* Page: memcpy_s. A target that is too small is cleared. */
HTTPSYS_CRT errno_t memcpy_s(void *target, size_t size, const void *source, size_t count)
{
    if (count == 0) {
        return 0;
    }
    if (!target || !source || count > size) {
        errno = target && source ? ERANGE : EINVAL;
        if (target) {
            __builtin_memset(target, 0, size);
        }
        return errno;
    }
    __builtin_memcpy(target, source, count);
    return 0;
}
HTTPSYS_CRT errno_t memmove_s(void *target, size_t size, const void *source, size_t count)
{
    if (count == 0) {
        return 0;
    }
    if (!target || !source || count > size) {
        errno = target && source ? ERANGE : EINVAL;
        return errno;
    }
    __builtin_memmove(target, source, count);
    return 0;
}

#ifdef __cplusplus
template <size_t size> inline errno_t strcpy_s(char (&target)[size], const char *source)
{
    return strcpy_s(target, size, source);
}
template <size_t size> inline errno_t strcat_s(char (&target)[size], const char *source)
{
    return strcat_s(target, size, source);
}
template <size_t size>
inline errno_t strncpy_s(char (&target)[size], const char *source, size_t count)
{
    return strncpy_s(target, size, source, count);
}
template <size_t size>
inline errno_t strncat_s(char (&target)[size], const char *source, size_t count)
{
    return strncat_s(target, size, source, count);
}
#endif

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_NARROW_STRING_H */
