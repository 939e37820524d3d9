/* Pages: MultiByteToWideChar; WideCharToMultiByte; lstrlenW, lstrcpyW, lstrcmpiW and the like.
 *
 * Differs: the code pages are UTF-8 (65001) and the system's (CP_ACP, CP_OEMCP, CP_THREAD_ACP), which is
 * UTF-8 off Windows. Others fail with ERROR_INVALID_PARAMETER, as code pages do that are not
 * installed.
 */
#ifndef HTTPSYS_WIN32_STRINGAPISET_H
#define HTTPSYS_WIN32_STRINGAPISET_H

#pragma GCC system_header

#include <limits.h>

#include "../runtime/crt/sink.h"
#include "winbase.h"

#define CP_ACP 0
#define CP_OEMCP 1
#define CP_THREAD_ACP 3
#define CP_UTF8 65001
#define MB_PRECOMPOSED 0x00000001
#define MB_COMPOSITE 0x00000002
#define MB_USEGLYPHCHARS 0x00000004
#define MB_ERR_INVALID_CHARS 0x00000008
#define WC_COMPOSITECHECK 0x00000200
#define WC_NO_BEST_FIT_CHARS 0x00000400
#define WC_ERR_INVALID_CHARS 0x00000080

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT int httpsys_convert_failed(DWORD error)
{
    SetLastError(error);
    return 0;
}

/* The checks that both directions share; 0 if the arguments are good. */
HTTPSYS_CRT DWORD httpsys_convert_check(UINT page, const void *source, int count,
                                        const void *target, int room)
{
    if (page != CP_UTF8 && page != CP_ACP && page != CP_OEMCP && page != CP_THREAD_ACP) {
        return ERROR_INVALID_PARAMETER;
    }
    if (!source || count == 0 || count < -1 || room < 0 || (room > 0 && !target) ||
        source == target) {
        return ERROR_INVALID_PARAMETER;
    }
    return 0;
}

/* The result of a conversion: the number of units, or what went wrong. */
HTTPSYS_CRT int httpsys_convert_end(const struct httpsys_sink *sink, int valid)
{
    if (!valid) {
        return httpsys_convert_failed(ERROR_NO_UNICODE_TRANSLATION);
    }
    if (sink->length > INT_MAX) {
        return httpsys_convert_failed(ERROR_ARITHMETIC_OVERFLOW);
    }
    if (sink->capacity > 0 && sink->length > sink->capacity) {
        return httpsys_convert_failed(ERROR_INSUFFICIENT_BUFFER);
    }
    return (int)sink->length;
}

HTTPSYS_CRT int MultiByteToWideChar(UINT page, DWORD flags, LPCSTR source, int count,
                                    LPWSTR target, int room)
{
    DWORD error = httpsys_convert_check(page, source, count, target, room);
    struct httpsys_sink sink;
    const char *end;
    int valid = 1;

    if (page == CP_UTF8 && flags & ~(DWORD)MB_ERR_INVALID_CHARS) {
        error = error ? error : ERROR_INVALID_FLAGS;
    }
    if (error) {
        return httpsys_convert_failed(error);
    }
    end = source + (count < 0 ? __builtin_strlen(source) + 1 : (size_t)count);
    httpsys_sink_fixed(&sink, 1, target, (size_t)room);
    while (source != end) {
        httpsys_sink_character(&sink, 1, httpsys_decode8(&source, end, &valid), SIZE_MAX);
    }
    return httpsys_convert_end(&sink, valid || !(flags & MB_ERR_INVALID_CHARS));
}

HTTPSYS_CRT int WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR source, int count,
                                    LPSTR target, int room, LPCSTR substitute,
                                    LPBOOL used_substitute)
{
    DWORD error = httpsys_convert_check(page, source, count, target, room);
    struct httpsys_sink sink;
    const WCHAR *end = source;
    int valid = 1;

    if (page == CP_UTF8 && (substitute || used_substitute)) {
        error = error ? error : ERROR_INVALID_PARAMETER;
    }
    if (page == CP_UTF8 && flags & ~(DWORD)WC_ERR_INVALID_CHARS) {
        error = error ? error : ERROR_INVALID_FLAGS;
    }
    if (error) {
        return httpsys_convert_failed(error);
    }
    while (count < 0 && *end) {
        end++;
    }
    end += count < 0 ? 1 : count;
    httpsys_sink_fixed(&sink, 0, target, (size_t)room);
    while (source != end) {
        httpsys_sink_character(&sink, 0, httpsys_decode16(&source, end, &valid), SIZE_MAX);
    }
    if (used_substitute) {
        *used_substitute = !valid;
    }
    return httpsys_convert_end(&sink, valid || !(flags & WC_ERR_INVALID_CHARS));
}

/* ---- The lstr functions of winbase.h. They take NULL, unlike those of the C library. ---- */

HTTPSYS_CRT int lstrlenA(LPCSTR text)
{
    return text ? (int)__builtin_strlen(text) : 0;
}

HTTPSYS_CRT_LOOP int lstrlenW(LPCWSTR text)
{
    int length = 0;

    while (text && text[length]) {
        length++;
    }
    return length;
}

HTTPSYS_CRT LPWSTR lstrcpyW(LPWSTR target, LPCWSTR source)
{
    if (!target || !source) {
        return NULL;
    }
    return (LPWSTR)__builtin_memcpy(target, source,
                                    ((size_t)lstrlenW(source) + 1) * sizeof(WCHAR));
}

HTTPSYS_CRT LPWSTR lstrcatW(LPWSTR target, LPCWSTR source)
{
    return target && lstrcpyW(target + lstrlenW(target), source) ? target : NULL;
}

/* Order by code unit; `fold` makes ASCII letters equal to their capitals. */
HTTPSYS_CRT int httpsys_compare(LPCWSTR left, LPCWSTR right, int fold)
{
    if (!left || !right) {
        return (left != NULL) - (right != NULL);
    }
    for (;; left++, right++) {
        WCHAR a = *left, b = *right;
        a = (WCHAR)(fold && a >= 'A' && a <= 'Z' ? a | 32 : a);
        b = (WCHAR)(fold && b >= 'A' && b <= 'Z' ? b | 32 : b);
        if (a != b || !a) {
            return (a > b) - (a < b);
        }
    }
}

HTTPSYS_CRT int lstrcmpW(LPCWSTR left, LPCWSTR right)
{
    return httpsys_compare(left, right, 0);
}

HTTPSYS_CRT int lstrcmpiW(LPCWSTR left, LPCWSTR right)
{
    return httpsys_compare(left, right, 1);
}

#ifdef UNICODE
#define lstrlen lstrlenW
#define lstrcpy lstrcpyW
#define lstrcat lstrcatW
#define lstrcmp lstrcmpW
#define lstrcmpi lstrcmpiW
#else
#define lstrlen lstrlenA
#endif

HTTPSYS_CRT_END

#endif /* HTTPSYS_WIN32_STRINGAPISET_H */
