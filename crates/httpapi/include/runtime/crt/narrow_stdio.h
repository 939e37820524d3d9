/* The printf family of bytes. Pages: printf; sprintf_s; _snprintf; _snprintf_s; _scprintf.
 *
 * Differs: %n is always refused; text goes to a stream as UTF-8, whatever the locale.
 *
 * The names with an underscore or _s are Microsoft's and always here. The standard names are taken
 * over with HTTPSYS_MS_PRINTF only: then a compiler no longer checks their formats either, which
 * would find fault with %lu for a ULONG of 32 bits.
 */
#ifndef HTTPSYS_CRT_NARROW_STDIO_H
#define HTTPSYS_CRT_NARROW_STDIO_H

#pragma GCC system_header

#include "print.h"

/* The end of a function with "..." whose last named parameter is `format`. */
#define HTTPSYS_PRINT_BODY(call)                                                                   \
    {                                                                                              \
        va_list list;                                                                              \
        int length;                                                                                \
        va_start(list, format);                                                                    \
        length = call;                                                                             \
        va_end(list);                                                                              \
        return length;                                                                             \
    }

HTTPSYS_CRT_BEGIN

#if HTTPSYS_MS_PRINTF
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vfprintf, (FILE *stream, const char *format, va_list list))
{
    return httpsys_print(stream, 0, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vprintf, (const char *format, va_list list))
{
    return httpsys_print(stdout, 0, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vsnprintf,
                      (char *target, size_t size, const char *format, va_list list))
{
    return httpsys_print_to(target, size, 0, HTTPSYS_OVERFLOW_COUNT, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, vsprintf, (char *target, const char *format, va_list list))
{
    return httpsys_print_to(target, SIZE_MAX, 0, HTTPSYS_OVERFLOW_COUNT, format, list);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, fprintf, (FILE *stream, const char *format, ...))
HTTPSYS_PRINT_BODY(httpsys_print(stream, 0, format, list))
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, printf, (const char *format, ...))
HTTPSYS_PRINT_BODY(httpsys_print(stdout, 0, format, list))
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, snprintf,
                      (char *target, size_t size, const char *format, ...))
HTTPSYS_PRINT_BODY(httpsys_print_to(target, size, 0, HTTPSYS_OVERFLOW_COUNT, format, list))
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, sprintf, (char *target, const char *format, ...))
HTTPSYS_PRINT_BODY(httpsys_print_to(target, SIZE_MAX, 0, HTTPSYS_OVERFLOW_COUNT, format, list))
#endif

HTTPSYS_CRT int _vsnprintf(char *target, size_t count, const char *format, va_list list)
{
    return httpsys_print_to(target, count, 0, HTTPSYS_OVERFLOW_OPEN, format, list);
}
HTTPSYS_CRT int _snprintf(char *target, size_t count, const char *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_to(target, count, 0, HTTPSYS_OVERFLOW_OPEN, format, list))
HTTPSYS_CRT int _vscprintf(const char *format, va_list list)
{
    return httpsys_print_to(NULL, 0, 0, HTTPSYS_OVERFLOW_COUNT, format, list);
}
HTTPSYS_CRT int _scprintf(const char *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_to(NULL, 0, 0, HTTPSYS_OVERFLOW_COUNT, format, list))
HTTPSYS_CRT int vsprintf_s(char *target, size_t size, const char *format, va_list list)
{
    return httpsys_print_to(target, size, 0, HTTPSYS_OVERFLOW_EMPTY, format, list);
}
HTTPSYS_CRT int sprintf_s(char *target, size_t size, const char *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_to(target, size, 0, HTTPSYS_OVERFLOW_EMPTY, format, list))
HTTPSYS_CRT int _vsnprintf_s(char *target, size_t size, size_t count, const char *format,
                             va_list list)
{
    return httpsys_print_count(target, size, 0, count, format, list);
}
HTTPSYS_CRT int _snprintf_s(char *target, size_t size, size_t count, const char *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_count(target, size, 0, count, format, list))
HTTPSYS_CRT int vfprintf_s(FILE *stream, const char *format, va_list list)
{
    return httpsys_print(stream, 0, format, list);
}
HTTPSYS_CRT int fprintf_s(FILE *stream, const char *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print(stream, 0, format, list))
HTTPSYS_CRT int printf_s(const char *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print(stdout, 0, format, list))

#ifdef __cplusplus
template <size_t size> inline int sprintf_s(char (&target)[size], const char *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_to(target, size, 0, HTTPSYS_OVERFLOW_EMPTY, format, list))
template <size_t size>
inline int _snprintf_s(char (&target)[size], size_t count, const char *format, ...)
HTTPSYS_PRINT_BODY(httpsys_print_count(target, size, 0, count, format, list))
template <size_t size>
inline int vsprintf_s(char (&target)[size], const char *format, va_list list)
{
    return httpsys_print_to(target, size, 0, HTTPSYS_OVERFLOW_EMPTY, format, list);
}
template <size_t size>
inline int _vsnprintf_s(char (&target)[size], size_t count, const char *format, va_list list)
{
    return httpsys_print_count(target, size, 0, count, format, list);
}
#endif

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_NARROW_STDIO_H */
