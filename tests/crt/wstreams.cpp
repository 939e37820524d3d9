// Wide streams with wchar_t of 16 bits. What it prints is compared by main.rs.
#include <cstdio>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

#include "check.h"

static void strings()
{
    std::wostringstream out;
    out << L"a\x20AC " << 42 << L' ' << -7l << L' ' << 1.5 << L' ' << std::hex << 255 << L' '
        << std::boolalpha << true << L" n" << std::setw(5) << std::setfill(L'.') << std::dec << 9;
    const std::wstring text = out.str();
    CHECK_WIDE(text.c_str(), L"a\x20AC 42 -7 1.5 ff true n....9");
    std::wistringstream in(L"  77 2.5 word 0x1f\nline two\n");
    int number = 0, hex = 0;
    double real = 0;
    std::wstring word, line;
    in >> number >> real >> word >> std::hex >> hex;
    CHECK(number == 77 && real == 2.5 && word == L"word" && hex == 31);
    std::getline(in >> std::ws, line);
    CHECK_WIDE(line.c_str(), L"line two");
    CHECK(!std::getline(in, line));
    in.clear();
    in.str(L"skip,rest of it");
    wchar_t part[8];
    in.ignore(100, L',');
    CHECK(in.getline(part, 8, L' '));
    CHECK_WIDE(part, L"rest");
    std::wostringstream copy;
    copy << in.rdbuf();
    CHECK(copy.str() == L"of it");
    std::wstringstream bad(L"x");
    CHECK(!(bad >> number));
}

static void files(const char *name)
{
    {
        std::wofstream out(name);
        out << L"\x20AC\xD83D\xDE00 " << 8080 << std::endl;
        for (int i = 0; i < 3000; i++) {
            out << L"\xD83D\xDE00";
        }
    }
    std::wifstream in(name);
    std::wstring word, tail;
    int number = 0;
    in >> word >> number >> tail;
    CHECK(word == L"\x20AC\xD83D\xDE00" && number == 8080);
    CHECK(tail.size() == 6000 && tail[5998] == 0xD83D && tail[5999] == 0xDE00);
    std::remove(name);
}

// The first argument is the name of a file to write.
int main(int argc, char **argv)
{
    strings();
    if (argc > 1) {
        files(argv[1]);
    }
    std::wstring word;
    std::wcin >> word;
    std::wcout << L"wide \x20AC " << word << L' ' << 42 << L' ' << 2.5 << std::endl;
    std::printf("narrow %S\n", L"\xD83D\xDE00");
    std::cout << "cout " << 1.5 << "\n" << std::flush;
    std::wcout << std::hex << 255 << L"\xD83D" << L"\xDE00\n";
    std::wcerr << L"";
    return failures != 0;
}
