// Wide text where the C++ library has code that it has compiled itself, for 32-bit characters: sorting, numbers,
// patterns, locales with a name. What it prints is compared by main.rs.
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <locale>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#if __cplusplus >= 201703L
#include <string_view>
#endif

#include "check.h"

#if __cplusplus >= 201703L
constexpr std::wstring_view constant = L"constant";
static_assert(constant.size() == 8 && constant.find(L's') == 3 && constant.compare(L"constant") == 0, "");
#endif

static void sorting()
{
    wchar_t units[100];
    for (int i = 0; i < 100; i++) {
        units[i] = static_cast<wchar_t>((i * 7919 + 13) % 65521);
    }
    std::vector<wchar_t> copy(units, units + 100);
    std::sort(units, units + 100);
    std::sort(copy.begin(), copy.end());
    CHECK(std::is_sorted(units, units + 100) && std::equal(copy.begin(), copy.end(), units));
    std::wstring text(L"zebra");
    std::sort(text.begin(), text.end());
    CHECK(text == L"aberz" && std::find(text.begin(), text.end(), L'r') - text.begin() == 3);
}

// A number of more than 32 bits needs the system's meaning of long.
static void numbers()
{
    std::wistringstream in(L"5000000000 0x10 1e3 true");
    long large = 0;
    int hex = 0;
    double real = 0;
    bool yes = false;
    in >> large >> std::hex >> hex >> std::dec >> real >> std::boolalpha >> yes;
    CHECK(large == 5000000000L && hex == 16 && real == 1000 && yes);
    CHECK(std::stoi(L"-12") == -12 && std::to_wstring(5000000000L) == L"5000000000");
    bool refused = false;
    try {
        (void)std::stoi(L"5000000000");
    } catch (const std::out_of_range &) {
        refused = true;
    }
    CHECK(refused);
    std::ostringstream narrow;
    narrow << 5000000000L << ' ' << -7L << ' ' << 2.5;
    CHECK(narrow.str() == "5000000000 -7 2.5");
}

static void patterns()
{
    const std::wregex pattern(L"([a-z]+)-([0-9]+)");
    const std::wstring subject(L"\u20AC item-42 ");
    std::wsmatch found;
    CHECK(std::regex_search(subject, found, pattern) && found[1] == L"item" && found[2] == L"42");
}

// The library makes facets for wide characters of its own for it. Not libstdc++: there they run the program's
// destructor of a cache for 32-bit characters, which reads what nobody has set.
static void named_locales()
{
#if defined(_LIBCPP_VERSION)
    for (const char *name : {"C", "C.UTF-8", ""}) {
        try {
            const std::locale named(name);
            CHECK(std::isspace(' ', named));
        } catch (const std::runtime_error &) {
        }
    }
#endif
    CHECK(std::toupper(L'a', std::locale()) == L'A');
}

int main()
{
    sorting();
    numbers();
    patterns();
    named_locales();
    const std::wstring text = L"zebra";
    std::copy(text.begin(), text.end(), std::ostream_iterator<wchar_t, wchar_t>(std::wcout));
    std::wcout << std::endl;
    return failures != 0;
}
