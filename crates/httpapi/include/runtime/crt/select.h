/* Two functions of the Microsoft runtime take one argument more or less. C++ has overloads for
 * them, C these macros:
 *
 *   swprintf  with the size of the buffer, or in its older form without. Told by the type of the
 *             second argument, or by _CRT_NON_CONFORMING_SWPRINTFS as on Windows;
 *   wcstok    with and without the context. Told by the number of arguments.
 *
 * No include guard: hide.h takes the macros away.
 */
#pragma GCC system_header
#if HTTPSYS_CRT_WIDE && !defined(__cplusplus)
#if defined(_CRT_NON_CONFORMING_SWPRINTFS)
#define swprintf _swprintf
#else
#define HTTPSYS_FIRST(first, ...) first
#define swprintf(target, ...)                                                                      \
    __extension__ _Generic((HTTPSYS_FIRST(__VA_ARGS__, 0)),                                        \
                           wchar_t *: _swprintf,                                                   \
                           const wchar_t *: _swprintf,                                             \
                           default: swprintf)(target, __VA_ARGS__)
#endif
#define HTTPSYS_FOURTH(a, b, c, d, ...) d
#define wcstok(...) HTTPSYS_FOURTH(__VA_ARGS__, wcstok_s, httpsys_wcstok, 0)(__VA_ARGS__)
#endif
