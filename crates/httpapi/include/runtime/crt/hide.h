/* Changes the names of the C library's functions that are defined here instead. Included right
 * before a system header and followed by unhide.h: the system's declarations then carry names that
 * nobody calls. No include guard: both files are used once per header.
 */
#pragma GCC system_header
/* A system header that includes another gets it as it is, see HTTPSYS_CRT_HIDDEN there. */
#define HTTPSYS_CRT_HIDDEN 1
#if HTTPSYS_CRT_WIDE
#if defined(__APPLE__) && !defined(__cplusplus)
/* Apple's headers forbid the wide functions' names for good where they see characters of 16 bits. */
#pragma push_macro("__WCHAR_MAX__")
#undef __WCHAR_MAX__
#endif
#undef swprintf
#undef wcstok
#define wcscpy httpsys_hidden_wcscpy
#define wcsncpy httpsys_hidden_wcsncpy
#define wcscat httpsys_hidden_wcscat
#define wcsncat httpsys_hidden_wcsncat
#define wcscmp httpsys_hidden_wcscmp
#define wcsncmp httpsys_hidden_wcsncmp
#define wcscoll httpsys_hidden_wcscoll
#define wcsxfrm httpsys_hidden_wcsxfrm
#define wcsdup httpsys_hidden_wcsdup
#define wcschr httpsys_hidden_wcschr
#define wcsrchr httpsys_hidden_wcsrchr
#define wcscspn httpsys_hidden_wcscspn
#define wcsspn httpsys_hidden_wcsspn
#define wcspbrk httpsys_hidden_wcspbrk
#define wcsstr httpsys_hidden_wcsstr
#define wcstok httpsys_hidden_wcstok
#define wcslen httpsys_hidden_wcslen
#define wcsnlen httpsys_hidden_wcsnlen
#define wmemchr httpsys_hidden_wmemchr
#define wmemcmp httpsys_hidden_wmemcmp
#define wmemcpy httpsys_hidden_wmemcpy
#define wmemmove httpsys_hidden_wmemmove
#define wmemset httpsys_hidden_wmemset
#define mbtowc httpsys_hidden_mbtowc
#define wctomb httpsys_hidden_wctomb
#define mbstowcs httpsys_hidden_mbstowcs
#define wcstombs httpsys_hidden_wcstombs
#define mbrtowc httpsys_hidden_mbrtowc
#define wcrtomb httpsys_hidden_wcrtomb
#define mbsrtowcs httpsys_hidden_mbsrtowcs
#define wcsrtombs httpsys_hidden_wcsrtombs
#define wcstod httpsys_hidden_wcstod
#define wcstof httpsys_hidden_wcstof
#define wcstold httpsys_hidden_wcstold
#define wcstol httpsys_hidden_wcstol
#define wcstoul httpsys_hidden_wcstoul
#define wcstoll httpsys_hidden_wcstoll
#define wcstoull httpsys_hidden_wcstoull
#define wcstoimax httpsys_hidden_wcstoimax
#define wcstoumax httpsys_hidden_wcstoumax
#define wcsftime httpsys_hidden_wcsftime
#define fwprintf httpsys_hidden_fwprintf
#define wprintf httpsys_hidden_wprintf
#define swprintf httpsys_hidden_swprintf
#define vfwprintf httpsys_hidden_vfwprintf
#define vwprintf httpsys_hidden_vwprintf
#define vswprintf httpsys_hidden_vswprintf
#define fwscanf httpsys_hidden_fwscanf
#define wscanf httpsys_hidden_wscanf
#define swscanf httpsys_hidden_swscanf
#define vfwscanf httpsys_hidden_vfwscanf
#define vwscanf httpsys_hidden_vwscanf
#define vswscanf httpsys_hidden_vswscanf
#define fgetwc httpsys_hidden_fgetwc
#define getwc httpsys_hidden_getwc
#define getwchar httpsys_hidden_getwchar
#define ungetwc httpsys_hidden_ungetwc
#define fgetws httpsys_hidden_fgetws
#define fputwc httpsys_hidden_fputwc
#define putwc httpsys_hidden_putwc
#define putwchar httpsys_hidden_putwchar
#define fputws httpsys_hidden_fputws
#define fopen httpsys_hidden_fopen
#define remove httpsys_hidden_remove
#define rename httpsys_hidden_rename
#endif
#if HTTPSYS_MS_PRINTF
#define printf httpsys_hidden_printf
#define fprintf httpsys_hidden_fprintf
#define sprintf httpsys_hidden_sprintf
#define snprintf httpsys_hidden_snprintf
#define vprintf httpsys_hidden_vprintf
#define vfprintf httpsys_hidden_vfprintf
#define vsprintf httpsys_hidden_vsprintf
#define vsnprintf httpsys_hidden_vsnprintf
#define scanf httpsys_hidden_scanf
#define fscanf httpsys_hidden_fscanf
#define sscanf httpsys_hidden_sscanf
#define vscanf httpsys_hidden_vscanf
#define vfscanf httpsys_hidden_vfscanf
#define vsscanf httpsys_hidden_vsscanf
#endif
