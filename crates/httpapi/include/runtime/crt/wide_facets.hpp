// Locale facets of 16-bit wide characters for libstdc++, whose own are compiled with 32-bit ones.
//
// Deriving from them and overriding every virtual function keeps the library's code away from our
// characters. num_put, num_get and the caches of a locale are templates, which the program compiles
// itself (see bits/c++config.h). Case and classes of characters follow the C library's locale;
// punctuation of numbers is that of the "C" locale. Narrow text is UTF-8.
#ifndef HTTPSYS_CRT_WIDE_FACETS_HPP
#define HTTPSYS_CRT_WIDE_FACETS_HPP

#pragma GCC system_header

#include <locale>
#include <string>

#include <wctype.h>

#include "unicode.h"

namespace httpsys_crt
{

class wide_ctype : public std::ctype<wchar_t>
{
public:
    wide_ctype() : std::ctype<wchar_t>(1) {}

protected:
    bool do_is(mask wanted, wchar_t unit) const override
    {
        const wint_t c = static_cast<wint_t>(unit);
        return ((wanted & space) && iswspace(c)) || ((wanted & print) && iswprint(c)) ||
               ((wanted & cntrl) && iswcntrl(c)) || ((wanted & upper) && iswupper(c)) ||
               ((wanted & lower) && iswlower(c)) || ((wanted & alpha) && iswalpha(c)) ||
               ((wanted & digit) && iswdigit(c)) || ((wanted & punct) && iswpunct(c)) ||
               ((wanted & xdigit) && iswxdigit(c));
    }
    const wchar_t *do_is(const wchar_t *low, const wchar_t *high, mask *masks) const override
    {
        static const mask all[] = {space, print, cntrl, upper, lower,
                                   alpha, digit, punct, xdigit};
        for (; low != high; ++low, ++masks) {
            mask found = 0;
            for (mask one : all) {
                found = static_cast<mask>(do_is(one, *low) ? found | one : found);
            }
            *masks = found;
        }
        return high;
    }
    const wchar_t *do_scan_is(mask wanted, const wchar_t *low, const wchar_t *high) const override
    {
        while (low != high && !do_is(wanted, *low)) {
            ++low;
        }
        return low;
    }
    const wchar_t *do_scan_not(mask wanted, const wchar_t *low, const wchar_t *high) const override
    {
        while (low != high && do_is(wanted, *low)) {
            ++low;
        }
        return low;
    }
    wchar_t do_toupper(wchar_t unit) const override
    {
        return static_cast<wchar_t>(towupper(static_cast<wint_t>(unit)));
    }
    wchar_t do_tolower(wchar_t unit) const override
    {
        return static_cast<wchar_t>(towlower(static_cast<wint_t>(unit)));
    }
    const wchar_t *do_toupper(wchar_t *low, const wchar_t *high) const override
    {
        for (; low != high; ++low) {
            *low = do_toupper(*low);
        }
        return high;
    }
    const wchar_t *do_tolower(wchar_t *low, const wchar_t *high) const override
    {
        for (; low != high; ++low) {
            *low = do_tolower(*low);
        }
        return high;
    }
    wchar_t do_widen(char byte) const override
    {
        return static_cast<wchar_t>(static_cast<unsigned char>(byte));
    }
    const char *do_widen(const char *low, const char *high, wchar_t *to) const override
    {
        while (low != high) {
            *to++ = do_widen(*low++);
        }
        return high;
    }
    char do_narrow(wchar_t unit, char substitute) const override
    {
        return unit < 0x80 ? static_cast<char>(unit) : substitute;
    }
    const wchar_t *do_narrow(const wchar_t *low, const wchar_t *high, char substitute,
                             char *to) const override
    {
        while (low != high) {
            *to++ = do_narrow(*low++, substitute);
        }
        return high;
    }
};

class wide_numpunct : public std::numpunct<wchar_t>
{
public:
    wide_numpunct() : std::numpunct<wchar_t>(1) {}

protected:
    wchar_t do_decimal_point() const override { return L'.'; }
    wchar_t do_thousands_sep() const override { return L','; }
    std::string do_grouping() const override { return std::string(); }
    std::wstring do_truename() const override { return L"true"; }
    std::wstring do_falsename() const override { return L"false"; }
};

// What std::wfstream converts with.
class wide_codecvt : public std::codecvt<wchar_t, char, std::mbstate_t>
{
public:
    wide_codecvt() : std::codecvt<wchar_t, char, std::mbstate_t>(1) {}

protected:
    result do_out(state_type &, const wchar_t *from, const wchar_t *from_end,
                  const wchar_t *&from_next, char *to, char *to_end, char *&to_next) const override
    {
        result end = ok;
        while (from != from_end) {
            const wchar_t *next = from;
            char bytes[4];
            const bool half = *from >= 0xD800 && *from < 0xDC00 && from + 1 == from_end;
            const int count = httpsys_encode8(httpsys_decode16(&next, from_end, nullptr), bytes);
            if (half || count > to_end - to) {
                end = partial;
                break;
            }
            for (int i = 0; i < count; i++) {
                *to++ = bytes[i];
            }
            from = next;
        }
        from_next = from;
        to_next = to;
        return end;
    }
    result do_unshift(state_type &, char *to, char *, char *&to_next) const override
    {
        to_next = to;
        return noconv;
    }
    result do_in(state_type &, const char *from, const char *from_end, const char *&from_next,
                 wchar_t *to, wchar_t *to_end, wchar_t *&to_next) const override
    {
        result end = ok;
        while (from != from_end) {
            const char *next = from;
            wchar_t units[2];
            int valid = 1;
            const int count = httpsys_encode16(httpsys_decode8(&next, from_end, &valid), units);
            const bool cut = !valid && next == from_end && from_end - from < 4;
            if (cut || count > to_end - to) {
                end = partial;
                break;
            }
            for (int i = 0; i < count; i++) {
                *to++ = units[i];
            }
            from = next;
        }
        from_next = from;
        to_next = to;
        return end;
    }
    int do_encoding() const noexcept override { return 0; }
    bool do_always_noconv() const noexcept override { return false; }
    int do_length(state_type &, const char *from, const char *end, std::size_t max) const override
    {
        const char *at = from;
        for (std::size_t units = 0; at != end;) {
            const char *next = at;
            units += httpsys_decode8(&next, end, nullptr) > 0xFFFF ? 2 : 1;
            if (units > max) {
                break;
            }
            at = next;
        }
        return static_cast<int>(at - from);
    }
    int do_max_length() const noexcept override { return 4; }
};

} // namespace httpsys_crt

#endif // HTTPSYS_CRT_WIDE_FACETS_HPP
