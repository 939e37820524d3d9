// libc++ with 16-bit wide characters: what its compiled library has for 32-bit ones.
//
// Included by std_end.h behind each outermost header of the library, for what has been declared by then:
//
//   - templates that the library promises to have compiled (std::wstring, wide streams, numbers in them,
//     sorting) are compiled into the program;
//   - std::stoi of wide text, std::to_wstring and their relatives are defined here;
//   - what cannot be had is an error with its reason: times, money and collation of wide text.
//
// Locale facets, wcout and its relatives and <codecvt> are in wide_facets.hpp, wide_streams.hpp and
// wide_codecvt.hpp, as for libstdc++.
#pragma GCC system_header

#if defined(_LIBCPP_STRING) && !defined(HTTPSYS_LIBCXX_STRING)
#define HTTPSYS_LIBCXX_STRING
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>

#include <errno.h>
#include <wchar.h>

template class std::basic_string<wchar_t>;

namespace httpsys_crt
{

// Refuses what is no number, and what is out of range.
template <typename Number, typename Text, typename Read>
inline Number number_of(const char *function, const Text &text, std::size_t *used, Read read)
{
    wchar_t *end = nullptr;
    const wchar_t *const begin = text.c_str();
    const int before = errno;
    errno = 0;
    const Number value = read(begin, &end);
    const int outcome = errno;
    errno = before;
    if (outcome == ERANGE) {
        throw std::out_of_range(std::string(function) + ": out of range");
    }
    if (end == begin) {
        throw std::invalid_argument(std::string(function) + ": no conversion");
    }
    if (used) {
        *used = static_cast<std::size_t>(end - begin);
    }
    return value;
}

template <typename Number>
inline Number signed_of(const char *function, const std::wstring &text, std::size_t *used, int base)
{
    const long long value =
        number_of<long long>(function, text, used, [base](const wchar_t *from, wchar_t **end) {
            return ::wcstoll(from, end, base);
        });
    if (value < (std::numeric_limits<Number>::min)() || value > (std::numeric_limits<Number>::max)()) {
        throw std::out_of_range(std::string(function) + ": out of range");
    }
    return static_cast<Number>(value);
}

// The system's unsigned long has the 64 bits of unsigned long long.
template <typename Number>
inline Number unsigned_of(const char *function, const std::wstring &text, std::size_t *used, int base)
{
    return number_of<Number>(function, text, used, [base](const wchar_t *from, wchar_t **end) {
        return static_cast<Number>(::wcstoull(from, end, base));
    });
}

template <typename Number> inline std::wstring to_wide(Number value)
{
    const std::string text = std::to_string(value);
    return std::wstring(text.begin(), text.end());
}

} // namespace httpsys_crt

_LIBCPP_BEGIN_NAMESPACE_STD

// Never called under their names, which a static libc++ has for 32-bit characters.
#define HTTPSYS_LIBCXX_INLINE inline __attribute__((always_inline))
HTTPSYS_LIBCXX_INLINE long long stoll(const wstring &text, size_t *used, int base)
{
    return httpsys_crt::signed_of<long long>("stoll", text, used, base);
}
HTTPSYS_LIBCXX_INLINE unsigned long long stoull(const wstring &text, size_t *used, int base)
{
    return httpsys_crt::unsigned_of<unsigned long long>("stoull", text, used, base);
}
HTTPSYS_LIBCXX_INLINE long stol(const wstring &text, size_t *used, int base)
{
    return httpsys_crt::signed_of<long>("stol", text, used, base);
}
HTTPSYS_LIBCXX_INLINE unsigned long stoul(const wstring &text, size_t *used, int base)
{
    return httpsys_crt::unsigned_of<unsigned long>("stoul", text, used, base);
}
HTTPSYS_LIBCXX_INLINE int stoi(const wstring &text, size_t *used, int base)
{
    return httpsys_crt::signed_of<int>("stoi", text, used, base);
}
HTTPSYS_LIBCXX_INLINE float stof(const wstring &text, size_t *used)
{
    return httpsys_crt::number_of<float>("stof", text, used, [](const wchar_t *from, wchar_t **end) {
        return ::wcstof(from, end);
    });
}
HTTPSYS_LIBCXX_INLINE double stod(const wstring &text, size_t *used)
{
    return httpsys_crt::number_of<double>("stod", text, used, [](const wchar_t *from, wchar_t **end) {
        return ::wcstod(from, end);
    });
}
HTTPSYS_LIBCXX_INLINE long double stold(const wstring &text, size_t *used)
{
    return httpsys_crt::number_of<long double>(
        "stold", text, used, [](const wchar_t *from, wchar_t **end) { return ::wcstold(from, end); });
}

HTTPSYS_LIBCXX_INLINE wstring to_wstring(int value) { return httpsys_crt::to_wide(value); }
HTTPSYS_LIBCXX_INLINE wstring to_wstring(unsigned value) { return httpsys_crt::to_wide(value); }
HTTPSYS_LIBCXX_INLINE wstring to_wstring(long value) { return httpsys_crt::to_wide(value); }
HTTPSYS_LIBCXX_INLINE wstring to_wstring(unsigned long value) { return httpsys_crt::to_wide(value); }
HTTPSYS_LIBCXX_INLINE wstring to_wstring(long long value) { return httpsys_crt::to_wide(value); }
HTTPSYS_LIBCXX_INLINE wstring to_wstring(unsigned long long value) { return httpsys_crt::to_wide(value); }
HTTPSYS_LIBCXX_INLINE wstring to_wstring(float value) { return httpsys_crt::to_wide(value); }
HTTPSYS_LIBCXX_INLINE wstring to_wstring(double value) { return httpsys_crt::to_wide(value); }
HTTPSYS_LIBCXX_INLINE wstring to_wstring(long double value) { return httpsys_crt::to_wide(value); }

_LIBCPP_END_NAMESPACE_STD
#endif

#if defined(_LIBCPP_ALGORITHM) && !defined(HTTPSYS_LIBCXX_ALGORITHM)
#define HTTPSYS_LIBCXX_ALGORITHM
// Newer ones only declare it.
#if _LIBCPP_VERSION >= 170000
#include <algorithm>
#include <functional>
#include <iterator>
_LIBCPP_BEGIN_NAMESPACE_STD
template <class Order, class Iterator> void __sort(Iterator begin, Iterator end, Order)
{
    std::partial_sort(begin, end, end, std::less<typename std::iterator_traits<Iterator>::value_type>());
}
_LIBCPP_END_NAMESPACE_STD
#endif
template void std::__sort<std::__less<wchar_t> &, wchar_t *>(wchar_t *, wchar_t *, std::__less<wchar_t> &);
#if _LIBCPP_VERSION < 170000
template bool std::__insertion_sort_incomplete<std::__less<wchar_t> &, wchar_t *>(wchar_t *, wchar_t *,
                                                                                 std::__less<wchar_t> &);
#endif
#endif

#if defined(_LIBCPP_STREAMBUF) && !defined(HTTPSYS_LIBCXX_STREAMBUF)
#define HTTPSYS_LIBCXX_STREAMBUF
#include <streambuf>
template class std::basic_streambuf<wchar_t>;
#endif

#if (defined(_LIBCPP_OSTREAM) || defined(_LIBCPP_ISTREAM) || defined(_LIBCPP_LOCALE)) &&                     \
    !defined(HTTPSYS_LIBCXX_STREAMS)
#define HTTPSYS_LIBCXX_STREAMS
#include <ios>
#include <istream>
#include <locale>
#include <ostream>
template class std::basic_ios<wchar_t>;
template class std::basic_ostream<wchar_t>;
template class std::basic_istream<wchar_t>;
template struct std::__num_get<wchar_t>;
template struct std::__num_put<wchar_t>;
template class std::num_get<wchar_t>;
template class std::num_put<wchar_t>;
#endif

#if defined(_LIBCPP_IOMANIP) && !defined(HTTPSYS_LIBCXX_IOMANIP)
#define HTTPSYS_LIBCXX_IOMANIP
#define HTTPSYS_LIBCXX_NO                                                                                   \
    __attribute__((unavailable("libc++ is compiled with 32-bit wide characters: use narrow text, or wcsftime")))
struct tm;
_LIBCPP_BEGIN_NAMESPACE_STD
void put_time(const ::tm *, const wchar_t *) HTTPSYS_LIBCXX_NO;
void get_time(::tm *, const wchar_t *) HTTPSYS_LIBCXX_NO;
_LIBCPP_END_NAMESPACE_STD
#endif
