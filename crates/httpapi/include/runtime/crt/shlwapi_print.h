/* wnsprintf and its relatives of shlwapi.h, by the C runtime's formats. Not for programs: include shlwapi.h.
 */
#ifndef HTTPSYS_CRT_SHLWAPI_PRINT_H
#define HTTPSYS_CRT_SHLWAPI_PRINT_H

#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

/* Behind windef.h of either set of headers. */

/* Pages: wnsprintfW, wvnsprintfW: the length without NUL; -1 if the text was cut, which always has a NUL.
 * Differs: the formats are those of printf, of which Windows has a part here. */
static __inline__ __attribute__((unused)) int wvnsprintfA(PSTR pszDest, int cchDest, PCSTR pszFmt,
                                                          va_list arglist)
{
    int count;

    if (!pszDest || !pszFmt || cchDest <= 0) {
        return -1;
    }
    count = vsnprintf(pszDest, (size_t)cchDest, pszFmt, arglist);
    return count < 0 || count >= cchDest ? -1 : count;
}
static __inline__ __attribute__((unused)) int wnsprintfA(PSTR pszDest, int cchDest, PCSTR pszFmt,
                                                         ...)
{
    int count;
    va_list list;

    va_start(list, pszFmt);
    count = wvnsprintfA(pszDest, cchDest, pszFmt, list);
    va_end(list);
    return count;
}

#if defined(HTTPSYS_CRT_WIDE) && HTTPSYS_CRT_WIDE
static __inline__ __attribute__((unused)) int wvnsprintfW(PWSTR pszDest, int cchDest, PCWSTR pszFmt,
                                                          va_list arglist)
{
    int count;

    if (!pszDest || !pszFmt || cchDest <= 0) {
        return -1;
    }
    count = _vsnwprintf(pszDest, (size_t)cchDest, pszFmt, arglist);
    if (count < 0 || count >= cchDest) {
        pszDest[cchDest - 1] = 0;
        return -1;
    }
    return count;
}
static __inline__ __attribute__((unused)) int wnsprintfW(PWSTR pszDest, int cchDest, PCWSTR pszFmt,
                                                         ...)
{
    int count;
    va_list list;

    va_start(list, pszFmt);
    count = wvnsprintfW(pszDest, cchDest, pszFmt, list);
    va_end(list);
    return count;
}
#endif

#ifdef UNICODE
#define wnsprintf wnsprintfW
#define wvnsprintf wvnsprintfW
#else
#define wnsprintf wnsprintfA
#define wvnsprintf wvnsprintfA
#endif

#endif /* HTTPSYS_CRT_SHLWAPI_PRINT_H */
