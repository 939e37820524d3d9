// The functions of wide streams for which libstdc++ has versions of its own for wchar_t inside the
// shared library, compiled with 32-bit characters: reading lines, skipping, copying. Defined here
// once more, a character at a time.
#ifndef HTTPSYS_CRT_WIDE_ISTREAM_HPP
#define HTTPSYS_CRT_WIDE_ISTREAM_HPP

#pragma GCC system_header

#include <istream>
#include <limits>
#include <streambuf>
#include <string>

namespace std _GLIBCXX_VISIBILITY(default)
{
_GLIBCXX_BEGIN_NAMESPACE_VERSION

template <>
inline basic_istream<wchar_t> &getline(basic_istream<wchar_t> &in, basic_string<wchar_t> &text,
                                       wchar_t delimiter)
{
    typedef char_traits<wchar_t> traits;
    ios_base::iostate error = ios_base::goodbit;
    const wistream::sentry ready(in, true);
    bool taken = false;

    if (!ready) {
        in.setstate(ios_base::failbit);
        return in;
    }
    text.erase();
    traits::int_type unit = in.rdbuf()->sgetc();
    while (!traits::eq_int_type(unit, traits::eof()) &&
           !traits::eq_int_type(unit, traits::to_int_type(delimiter))) {
        text += traits::to_char_type(unit);
        taken = true;
        unit = in.rdbuf()->snextc();
    }
    if (traits::eq_int_type(unit, traits::eof())) {
        error = taken ? ios_base::eofbit : ios_base::eofbit | ios_base::failbit;
    } else {
        in.rdbuf()->sbumpc();
    }
    in.setstate(error);
    return in;
}

template <>
inline basic_istream<wchar_t> &basic_istream<wchar_t>::getline(wchar_t *text, streamsize size,
                                                               wchar_t delimiter)
{
    ios_base::iostate error = ios_base::goodbit;
    const sentry ready(*this, true);
    streamsize stored = 0;

    _M_gcount = 0;
    if (ready) {
        int_type unit = this->rdbuf()->sgetc();
        while (stored + 1 < size && !traits_type::eq_int_type(unit, traits_type::eof()) &&
               !traits_type::eq_int_type(unit, traits_type::to_int_type(delimiter))) {
            text[stored++] = traits_type::to_char_type(unit);
            ++_M_gcount;
            unit = this->rdbuf()->snextc();
        }
        if (traits_type::eq_int_type(unit, traits_type::eof())) {
            error |= ios_base::eofbit;
        } else if (traits_type::eq_int_type(unit, traits_type::to_int_type(delimiter))) {
            this->rdbuf()->sbumpc();
            ++_M_gcount;
        } else {
            error |= ios_base::failbit;
        }
    }
    if (size > 0) {
        text[stored] = 0;
    }
    if (_M_gcount == 0) {
        error |= ios_base::failbit;
    }
    this->setstate(error);
    return *this;
}

template <>
inline basic_istream<wchar_t> &basic_istream<wchar_t>::ignore(streamsize count, int_type delimiter)
{
    const sentry ready(*this, true);
    const bool endless = count == numeric_limits<streamsize>::max();

    _M_gcount = 0;
    while (ready && (endless || _M_gcount < count)) {
        const int_type unit = this->rdbuf()->sbumpc();
        if (traits_type::eq_int_type(unit, traits_type::eof())) {
            this->setstate(ios_base::eofbit);
            break;
        }
        _M_gcount = _M_gcount < numeric_limits<streamsize>::max() ? _M_gcount + 1 : _M_gcount;
        if (traits_type::eq_int_type(unit, delimiter)) {
            break;
        }
    }
    return *this;
}

template <> inline basic_istream<wchar_t> &basic_istream<wchar_t>::ignore(streamsize count)
{
    return ignore(count, traits_type::eof());
}

template <>
inline streamsize __copy_streambufs_eof(basic_streambuf<wchar_t> *from,
                                        basic_streambuf<wchar_t> *to, bool &ended)
{
    typedef char_traits<wchar_t> traits;
    streamsize count = 0;

    ended = true;
    for (traits::int_type unit = from->sgetc(); !traits::eq_int_type(unit, traits::eof());
         unit = from->snextc()) {
        if (traits::eq_int_type(to->sputc(traits::to_char_type(unit)), traits::eof())) {
            ended = false;
            break;
        }
        ++count;
    }
    return count;
}

_GLIBCXX_END_NAMESPACE_VERSION
}

#endif // HTTPSYS_CRT_WIDE_ISTREAM_HPP
