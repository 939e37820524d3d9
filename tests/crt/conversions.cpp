// Conversions of wide text by the C++ library: wstring_convert, the facets of <codecvt>, and
// std::filesystem::path, all with 16-bit wide characters.
#include <codecvt>
#include <fstream>
#include <locale>
#include <stdexcept>
#include <string>

#if __cplusplus >= 201703L
#include <filesystem>
#endif

#include "check.h"

static void strings()
{
    std::wstring_convert<std::codecvt_utf8_utf16<wchar_t>> utf16;
    CHECK(utf16.from_bytes("\xC3\xBC\xF0\x9F\x98\x80") == L"\u00FC\U0001F600");
    CHECK(utf16.to_bytes(L"\u00FC\U0001F600") == "\xC3\xBC\xF0\x9F\x98\x80");

    std::wstring_convert<std::codecvt_utf8<wchar_t>> ucs2;
    CHECK(ucs2.from_bytes("\xE2\x82\xAC") == L"\u20AC");
    bool thrown = false;
    try {
        ucs2.from_bytes("\xFF");
    } catch (const std::range_error &) {
        thrown = true;
    }
    CHECK(thrown);

    std::wstring_convert<std::codecvt_utf16<wchar_t>> big;
    CHECK(big.to_bytes(L"a\u20AC") == std::string("\0a\x20\xAC", 4));
    std::wstring_convert<std::codecvt_utf16<wchar_t, 0x10ffff, std::little_endian>> little;
    CHECK(little.from_bytes(std::string("a\0\xAC\x20", 4)) == L"a\u20AC");
}

static void facets(const char *file)
{
    {
        std::wofstream out;
        out.imbue(std::locale(std::locale(), new std::codecvt_utf8_utf16<wchar_t>));
        out.open(file);
        out << L"\u00FC\U0001F600\n";
    }
    std::ifstream bytes(file);
    std::string line;
    std::getline(bytes, line);
    CHECK(line == "\xC3\xBC\xF0\x9F\x98\x80");

    std::wifstream in;
    in.imbue(std::locale(std::locale(), new std::codecvt_utf8_utf16<wchar_t>));
    in.open(file);
    std::wstring wide;
    std::getline(in, wide);
    CHECK(wide == L"\u00FC\U0001F600");
}

static void paths()
{
#if __cplusplus >= 201703L
    std::filesystem::path path(L"/a\u20AC/\U0001F600.txt");
    CHECK(path.string() == "/a\xE2\x82\xAC/\xF0\x9F\x98\x80.txt");
    CHECK(path.wstring() == L"/a\u20AC/\U0001F600.txt");
    CHECK(path.filename().wstring() == L"\U0001F600.txt");
    CHECK(path.u16string() == u"/a\u20AC/\U0001F600.txt");
    CHECK(std::filesystem::path(L"").empty());
    path /= L"b";
    path += std::wstring(L"c");
    CHECK(path.filename() == L"bc");
    const wchar_t *text = L"x/y";
    CHECK(std::filesystem::path(text, text + 3).parent_path() == "x");
#endif
}

int main(int, char **argv)
{
    strings();
    facets(argv[1]);
    paths();
    return failures != 0;
}
