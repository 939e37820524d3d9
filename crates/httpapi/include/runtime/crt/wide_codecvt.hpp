// Conversions between bytes and 16-bit wide characters for libstdc++, whose own for wchar_t are compiled
// with 32-bit ones: codecvt_utf8, codecvt_utf16 and codecvt_utf8_utf16 of <codecvt>, which
// std::wstring_convert, std::wbuffer_convert and locales take, and what std::filesystem::path converts
// with. The library's conversions for char16_t, whose units are the same, do the work.
//
// Included by <codecvt> and <filesystem>. The templates are those of the standard library, specialised
// where the library's specialisations for wchar_t have been left out.
#ifndef HTTPSYS_CRT_WIDE_CODECVT_HPP
#define HTTPSYS_CRT_WIDE_CODECVT_HPP

#pragma GCC system_header

#include <cwchar>
#include <locale>

namespace httpsys_crt
{

template <typename Char16Facet>
class codecvt_by_char16 : public std::codecvt<wchar_t, char, std::mbstate_t>
{
    // The library's facets may only be destroyed by what derives from them.
    struct facet : Char16Facet {
        facet() : Char16Facet(1) {}
        ~facet() {}
    };
    facet facet_;

    static const char16_t *units(const wchar_t *text)
    {
        return reinterpret_cast<const char16_t *>(text);
    }
    static char16_t *units(wchar_t *text) { return reinterpret_cast<char16_t *>(text); }

public:
    explicit codecvt_by_char16(std::size_t references = 0)
        : std::codecvt<wchar_t, char, std::mbstate_t>(references)
    {
    }
    ~codecvt_by_char16() {}

protected:
    result do_out(state_type &state, const intern_type *from, const intern_type *from_end,
                  const intern_type *&from_next, extern_type *to, extern_type *to_end,
                  extern_type *&to_next) const override
    {
        const char16_t *next = units(from);
        const result outcome =
            facet_.out(state, units(from), units(from_end), next, to, to_end, to_next);
        from_next = from + (next - units(from));
        return outcome;
    }
    result do_in(state_type &state, const extern_type *from, const extern_type *from_end,
                 const extern_type *&from_next, intern_type *to, intern_type *to_end,
                 intern_type *&to_next) const override
    {
        char16_t *next = units(to);
        const result outcome =
            facet_.in(state, from, from_end, from_next, units(to), units(to_end), next);
        to_next = to + (next - units(to));
        return outcome;
    }
    result do_unshift(state_type &state, extern_type *to, extern_type *to_end,
                      extern_type *&to_next) const override
    {
        return facet_.unshift(state, to, to_end, to_next);
    }
    int do_encoding() const throw() override { return facet_.encoding(); }
    bool do_always_noconv() const throw() override { return facet_.always_noconv(); }
    int do_length(state_type &state, const extern_type *from, const extern_type *end,
                  std::size_t most) const override
    {
        return facet_.length(state, from, end, most);
    }
    int do_max_length() const throw() override { return facet_.max_length(); }
};

} // namespace httpsys_crt

#if defined(__GLIBCXX__)
namespace std _GLIBCXX_VISIBILITY(default)
{
_GLIBCXX_BEGIN_NAMESPACE_VERSION

// What bits/fs_path.h derives its conversion from, see there.
template <typename Unit, typename Byte, typename State>
class httpsys_path_codecvt : public codecvt<Unit, Byte, State>
{
};
template <>
class httpsys_path_codecvt<wchar_t, char, mbstate_t>
    : public httpsys_crt::codecvt_by_char16<codecvt<char16_t, char, mbstate_t>>
{
};

_GLIBCXX_END_NAMESPACE_VERSION
} // namespace std
#endif

#endif // HTTPSYS_CRT_WIDE_CODECVT_HPP
