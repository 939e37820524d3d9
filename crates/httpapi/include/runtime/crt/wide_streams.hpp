// std::wcout and its relatives with 16-bit wide characters, for libstdc++.
//
// Once per process, before the program's own objects of the files that include <iostream>,
// <sstream> or <fstream> are made: the global locale gets the facets of wide_facets.hpp, and wcout,
// wcerr, wclog and wcin get buffers that pass UTF-8 on to stdout, stderr and stdin. What is printed
// with printf, wprintf, cout and wcout comes out in order.
//
// Not offered: wide streams with locales that have a name, as in wcout.imbue(std::locale("")). Such
// a locale brings facets for 32-bit characters.
#ifndef HTTPSYS_CRT_WIDE_STREAMS_HPP
#define HTTPSYS_CRT_WIDE_STREAMS_HPP

#pragma GCC system_header

#include <iostream>
#include <streambuf>

#include <stdio.h>

#include "wide_facets.hpp"
#if defined(__GLIBCXX__)
#include "wide_istream.hpp"
#endif

namespace httpsys_crt
{

class wide_buffer : public std::basic_streambuf<wchar_t>
{
public:
    explicit wide_buffer(FILE *stream) : stream_(stream) {}

protected:
    int_type overflow(int_type unit) override
    {
        if (traits_type::eq_int_type(unit, traits_type::eof())) {
            return traits_type::not_eof(unit);
        }
        return fputwc(traits_type::to_char_type(unit), stream_) == WEOF ? traits_type::eof()
                                                                        : unit;
    }
    std::streamsize xsputn(const wchar_t *text, std::streamsize count) override
    {
        std::streamsize done = 0;
        while (done < count && fputwc(text[done], stream_) != WEOF) {
            done++;
        }
        return done;
    }
    int sync() override { return fflush(stream_) == 0 ? 0 : -1; }
    int_type underflow() override
    {
        const wint_t unit = fgetwc(stream_);
        if (unit == WEOF) {
            return traits_type::eof();
        }
        unit_ = static_cast<wchar_t>(unit);
        setg(&unit_, &unit_, &unit_ + 1);
        return traits_type::to_int_type(unit_);
    }

private:
    FILE *stream_;
    wchar_t unit_ = 0;
};

inline std::locale wide_locale(const std::locale &base)
{
    std::locale wide(base, new wide_ctype);
    wide = std::locale(wide, new wide_numpunct);
    wide = std::locale(wide, new wide_codecvt);
    wide = std::locale(wide, new std::num_put<wchar_t>(1));
    return std::locale(wide, new std::num_get<wchar_t>(1));
}

// Objects that are never destroyed: other destructors may still print.
inline bool start_wide_streams()
{
    static const std::locale *wide = new std::locale(wide_locale(std::locale::classic()));
    static wide_buffer *const out = new wide_buffer(stdout);
    static wide_buffer *const error = new wide_buffer(stderr);
    static wide_buffer *const in = new wide_buffer(stdin);
    static const bool started = [] {
        std::locale::global(*wide);
        for (std::wostream *stream : {&std::wcout, &std::wcerr, &std::wclog}) {
            stream->imbue(*wide);
            stream->rdbuf(stream == &std::wcout ? out : error);
        }
        std::wcin.imbue(*wide);
        std::wcin.rdbuf(in);
        return true;
    }();
    return started;
}

// One for each file, as the initialiser of <iostream> itself has been.
static const bool wide_streams_started __attribute__((unused)) = start_wide_streams();

} // namespace httpsys_crt

#endif // HTTPSYS_CRT_WIDE_STREAMS_HPP
