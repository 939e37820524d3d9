/* libstdc++'s settings, which each of its headers includes first, changed for wchar_t of 16 bits:
 *
 *   - the templates of std::wstring and of wide streams are compiled into the program, since the
 *     ones inside the shared library have 32-bit units;
 *   - stdlib.h comes before <cstdlib>, which would reach the system's header directly.
 */
#pragma GCC system_header
#include_next <bits/c++config.h>

#if !(defined(_MSC_VER) || defined(__MINGW32__)) && \
    __SIZEOF_WCHAR_T__ == 2 && !defined(HTTPSYS_WIN32_CXXCONFIG_H)
#define HTTPSYS_WIN32_CXXCONFIG_H
#undef _GLIBCXX_EXTERN_TEMPLATE
#define _GLIBCXX_EXTERN_TEMPLATE 0
#include <stdlib.h>
#endif
