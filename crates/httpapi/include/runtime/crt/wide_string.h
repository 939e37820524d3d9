/* String functions of 16-bit wide characters. Pages: strlen, wcslen; strcpy_s, wcscpy_s; and the
 * like. Case is folded with the C library's towlower, as Microsoft's functions follow the locale.
 *
 * Differs: the functions ending in _s report through their result and errno. They do not call an invalid
 * parameter handler, which on Windows ends the process unless the program has set its own.
 */
#ifndef HTTPSYS_CRT_WIDE_STRING_H
#define HTTPSYS_CRT_WIDE_STRING_H

#pragma GCC system_header

#include <wctype.h>

#include "base.h"

#if HTTPSYS_CRT_WIDE

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT_LOOP, size_t, wcslen, (const wchar_t *text))
{
    const wchar_t *end = text;

    while (*end) {
        end++;
    }
    return (size_t)(end - text);
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT_LOOP, size_t, wcsnlen, (const wchar_t *text, size_t limit))
{
    size_t length = 0;

    while (length < limit && text[length]) {
        length++;
    }
    return length;
}

HTTPSYS_CRT size_t wcsnlen_s(const wchar_t *text, size_t limit)
{
    return text ? wcsnlen(text, limit) : 0;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, wmemcpy,
                      (wchar_t *target, const wchar_t *source, size_t count))
{
    return (wchar_t *)__builtin_memcpy(target, source, count * sizeof(wchar_t));
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, wmemmove,
                      (wchar_t *target, const wchar_t *source, size_t count))
{
    return (wchar_t *)__builtin_memmove(target, source, count * sizeof(wchar_t));
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT_LOOP, wchar_t *, wmemset,
                      (wchar_t *target, wchar_t value, size_t count))
{
    size_t i;

    for (i = 0; i < count; i++) {
        target[i] = value;
    }
    return target;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT_LOOP, int, wmemcmp,
                      (const wchar_t *left, const wchar_t *right, size_t count))
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, wcscpy, (wchar_t *target, const wchar_t *source))
{
    return wmemcpy(target, source, wcslen(source) + 1);
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, wcsncpy,
                      (wchar_t *target, const wchar_t *source, size_t count))
{
    size_t length = wcsnlen(source, count);

    wmemcpy(target, source, length);
    wmemset(target + length, 0, count - length);
    return target;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, wcscat, (wchar_t *target, const wchar_t *source))
{
    wcscpy(target + wcslen(target), source);
    return target;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, wcsncat,
                      (wchar_t *target, const wchar_t *source, size_t count))
{
    size_t length = wcsnlen(source, count);
    wchar_t *end = target + wcslen(target);

    wmemcpy(end, source, length);
    end[length] = 0;
    return target;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT_LOOP, int, wcsncmp,
                      (const wchar_t *left, const wchar_t *right, size_t count))
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
        if (!left[i]) {
            break;
        }
    }
    return 0;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, wcscmp, (const wchar_t *left, const wchar_t *right))
{
    return wcsncmp(left, right, SIZE_MAX);
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, wcscoll, (const wchar_t *left, const wchar_t *right))
{
    return wcscmp(left, right);
}

HTTPSYS_CRT int _wcsnicmp(const wchar_t *left, const wchar_t *right, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        wint_t a = towlower((wint_t)left[i]), b = towlower((wint_t)right[i]);
        if (a != b) {
            return a < b ? -1 : 1;
        }
        if (!left[i]) {
            break;
        }
    }
    return 0;
}

HTTPSYS_CRT int _wcsicmp(const wchar_t *left, const wchar_t *right)
{
    return _wcsnicmp(left, right, SIZE_MAX);
}

HTTPSYS_CRT wchar_t *_wcslwr(wchar_t *text)
{
    wchar_t *at;

    for (at = text; *at; at++) {
        *at = (wchar_t)towlower((wint_t)*at);
    }
    return text;
}

HTTPSYS_CRT wchar_t *_wcsupr(wchar_t *text)
{
    wchar_t *at;

    for (at = text; *at; at++) {
        *at = (wchar_t)towupper((wint_t)*at);
    }
    return text;
}

/* ---- Searching. C++ has a second form of each, which keeps const. ---- */

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT_LOOP, wchar_t *, wmemchr,
                      (const wchar_t *text, wchar_t wanted, size_t count))
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (text[i] == wanted) {
            return (wchar_t *)text + i;
        }
    }
    return NULL;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, wcschr, (const wchar_t *text, wchar_t wanted))
{
    return wmemchr(text, wanted, wcslen(text) + 1);
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, wcsrchr, (const wchar_t *text, wchar_t wanted))
{
    const wchar_t *at = text + wcslen(text);

    while (at != text && *at != wanted) {
        at--;
    }
    return *at == wanted ? (wchar_t *)at : NULL;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, size_t, wcscspn, (const wchar_t *text, const wchar_t *stop))
{
    size_t length = 0;

    while (text[length] && !wcschr(stop, text[length])) {
        length++;
    }
    return length;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, size_t, wcsspn, (const wchar_t *text, const wchar_t *accepted))
{
    size_t length = 0;

    while (text[length] && wcschr(accepted, text[length])) {
        length++;
    }
    return length;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, wcspbrk, (const wchar_t *text, const wchar_t *wanted))
{
    const wchar_t *at = text + wcscspn(text, wanted);

    return *at ? (wchar_t *)at : NULL;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, wcsstr, (const wchar_t *text, const wchar_t *wanted))
{
    size_t length = wcslen(wanted);

    for (;; text++) {
        if (wcsncmp(text, wanted, length) == 0) {
            return (wchar_t *)text;
        }
        if (!*text) {
            return NULL;
        }
    }
}

#ifdef __cplusplus
/* Keeps libstdc++ from adding these forms itself. */
#ifndef __CORRECT_ISO_CPP_WCHAR_H_PROTO
#define __CORRECT_ISO_CPP_WCHAR_H_PROTO
#endif
inline wchar_t *wmemchr(wchar_t *text, wchar_t wanted, size_t count)
{
    return wmemchr((const wchar_t *)text, wanted, count);
}
inline wchar_t *wcschr(wchar_t *text, wchar_t wanted)
{
    return wcschr((const wchar_t *)text, wanted);
}
inline wchar_t *wcsrchr(wchar_t *text, wchar_t wanted)
{
    return wcsrchr((const wchar_t *)text, wanted);
}
inline wchar_t *wcspbrk(wchar_t *text, const wchar_t *wanted)
{
    return wcspbrk((const wchar_t *)text, wanted);
}
inline wchar_t *wcsstr(wchar_t *text, const wchar_t *wanted)
{
    return wcsstr((const wchar_t *)text, wanted);
}
#endif

HTTPSYS_CRT wchar_t *wcstok_s(wchar_t *text, const wchar_t *delimiters, wchar_t **context)
{
    wchar_t *token = text ? text : *context;
    wchar_t *end;

    if (!token) {
        return NULL;
    }
    token += wcsspn(token, delimiters);
    end = token + wcscspn(token, delimiters);
    *context = *end ? end + 1 : end;
    *end = 0;
    return end == token ? NULL : token;
}

/* Page: strtok, wcstok. The form without context has one per thread; for C see select.h. */
HTTPSYS_CRT wchar_t *httpsys_wcstok(wchar_t *text, const wchar_t *delimiters)
{
    static __thread wchar_t *context;

    return wcstok_s(text, delimiters, &context);
}
#ifdef __cplusplus
inline wchar_t *wcstok(wchar_t *text, const wchar_t *delimiters)
{
    return httpsys_wcstok(text, delimiters);
}
inline wchar_t *wcstok(wchar_t *text, const wchar_t *delimiters, wchar_t **context)
{
    return wcstok_s(text, delimiters, context);
}
#endif

/* ---- Copies of bounded size. Pages: strcpy_s, strcat_s, strncpy_s, strncat_s, _strdup. ---- */

HTTPSYS_CRT errno_t httpsys_refuse(wchar_t *target, errno_t error)
{
    if (target) {
        *target = 0;
    }
    errno = error;
    return error;
}

HTTPSYS_CRT errno_t wcsncpy_s(wchar_t *target, size_t size, const wchar_t *source, size_t count)
{
    size_t length;

    if (target && size > 0 && !source && count == 0) {
        *target = 0;
        return 0;
    }
    if (!target || size == 0 || !source) {
        return httpsys_refuse(size ? target : NULL, EINVAL);
    }
    length = wcsnlen(source, count < size ? count : size);
    if (length == size && count != _TRUNCATE) {
        return httpsys_refuse(target, ERANGE);
    }
    wmemcpy(target, source, length < size ? length : size - 1);
    target[length < size ? length : size - 1] = 0;
    return length < size ? 0 : STRUNCATE;
}

HTTPSYS_CRT errno_t wcscpy_s(wchar_t *target, size_t size, const wchar_t *source)
{
    return wcsncpy_s(target, size, source, source ? SIZE_MAX - 1 : 1);
}

HTTPSYS_CRT errno_t wcsncat_s(wchar_t *target, size_t size, const wchar_t *source, size_t count)
{
    size_t length = target ? wcsnlen(target, size) : 0;
    errno_t error;

    if (!target || length == size) {
        return httpsys_refuse(size ? target : NULL, EINVAL);
    }
    error = wcsncpy_s(target + length, size - length, source, count);
    return error && error != STRUNCATE ? httpsys_refuse(target, error) : error;
}

HTTPSYS_CRT errno_t wcscat_s(wchar_t *target, size_t size, const wchar_t *source)
{
    return wcsncat_s(target, size, source, source ? SIZE_MAX - 1 : 1);
}

HTTPSYS_CRT errno_t wmemcpy_s(wchar_t *target, size_t size, const wchar_t *source, size_t count)
{
    if (count == 0) {
        return 0;
    }
    if (!target || !source || count > size) {
        errno_t error = target && source ? ERANGE : EINVAL;
        return httpsys_refuse(size ? target : NULL, error);
    }
    wmemcpy(target, source, count);
    return 0;
}

HTTPSYS_CRT wchar_t *_wcsdup(const wchar_t *text)
{
    size_t count = text ? wcslen(text) + 1 : 0;
    wchar_t *copy = count ? (wchar_t *)__builtin_malloc(count * sizeof(wchar_t)) : NULL;

    return copy ? wmemcpy(copy, text, count) : NULL;
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, wchar_t *, wcsdup, (const wchar_t *text))
{
    return _wcsdup(text);
}

HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, size_t, wcsxfrm,
                      (wchar_t *target, const wchar_t *source, size_t count))
{
    size_t length = wcslen(source);

    if (length < count) {
        wcscpy(target, source);
    }
    return length;
}

#ifdef __cplusplus
/* Page: Secure Template Overloads. The size of an array need not be said. */
template <size_t size> inline errno_t wcscpy_s(wchar_t (&target)[size], const wchar_t *source)
{
    return wcscpy_s(target, size, source);
}
template <size_t size> inline errno_t wcscat_s(wchar_t (&target)[size], const wchar_t *source)
{
    return wcscat_s(target, size, source);
}
template <size_t size>
inline errno_t wcsncpy_s(wchar_t (&target)[size], const wchar_t *source, size_t count)
{
    return wcsncpy_s(target, size, source, count);
}
template <size_t size>
inline errno_t wcsncat_s(wchar_t (&target)[size], const wchar_t *source, size_t count)
{
    return wcsncat_s(target, size, source, count);
}
#endif

HTTPSYS_CRT_END

#endif
#endif /* HTTPSYS_CRT_WIDE_STRING_H */
