/* libstdc++'s std::basic_string. Its to_wstring formats a `long` of 64 bits with %ld, which means 32
 * bits here (see crt/format.h), so it is replaced.
 */
#pragma GCC system_header
#if !(defined(_MSC_VER) || defined(__MINGW32__)) && \
    __SIZEOF_WCHAR_T__ == 2 && !defined(HTTPSYS_WIN32_BASIC_STRING_H)
#define HTTPSYS_WIN32_BASIC_STRING_H

#define to_wstring httpsys_hidden_to_wstring
#include_next <bits/basic_string.h>
#undef to_wstring

#if __cplusplus >= 201103L
namespace std _GLIBCXX_VISIBILITY(default)
{
_GLIBCXX_BEGIN_NAMESPACE_VERSION

template <typename httpsys_number> inline wstring httpsys_to_wstring(httpsys_number value)
{
    const string text = to_string(value);
    return wstring(text.begin(), text.end());
}
inline wstring to_wstring(int value) { return httpsys_to_wstring(value); }
inline wstring to_wstring(unsigned value) { return httpsys_to_wstring(value); }
inline wstring to_wstring(long value) { return httpsys_to_wstring(value); }
inline wstring to_wstring(unsigned long value) { return httpsys_to_wstring(value); }
inline wstring to_wstring(long long value) { return httpsys_to_wstring(value); }
inline wstring to_wstring(unsigned long long value) { return httpsys_to_wstring(value); }
inline wstring to_wstring(float value) { return httpsys_to_wstring(value); }
inline wstring to_wstring(double value) { return httpsys_to_wstring(value); }
inline wstring to_wstring(long double value) { return httpsys_to_wstring(value); }

_GLIBCXX_END_NAMESPACE_VERSION
}
#endif

#else
#include_next <bits/basic_string.h>
#endif
