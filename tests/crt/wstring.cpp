// std::wstring and its neighbours with wchar_t of 16 bits.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cwchar>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "check.h"

static void strings()
{
    std::wstring text = L"http://host:8080/path";
    CHECK(text.size() == 21 && text.length() == std::wcslen(text.c_str()));
    text.append(L"/more").append(3, L'x') += L'!';
    CHECK_WIDE(text.c_str(), L"http://host:8080/path/morexxx!");
    CHECK(text.find(L"8080") == 12 && text.find(L"none") == std::wstring::npos);
    CHECK(text.rfind(L'/') == 21 && text.find_first_of(L"?#!") == 29);
    CHECK(text.substr(7, 4) == L"host" && text.compare(0, 4, L"http") == 0);
    text.insert(4, L"s").erase(6, 2);
    CHECK(text.compare(0, 7, L"https:h") == 0 && text < L"httpt" && text != L"");
    text.replace(0, 5, L"ws");
    CHECK(text.substr(0, 3) == L"ws:");
    std::wstring longer(5000, L'\x20AC');
    longer += text + L"\xD83D\xDE00";
    CHECK(longer.size() == 5000 + text.size() + 2 && longer[4999] == 0x20AC);
    std::wstring copy = longer, moved = std::move(longer);
    CHECK(copy == moved && std::hash<std::wstring>()(copy) == std::hash<std::wstring>()(moved));
    std::reverse(copy.begin(), copy.end());
    CHECK(copy[0] == 0xDE00);
    const std::string narrow = "narrow";
    CHECK(std::wstring(narrow.begin(), narrow.end()) == L"narrow");
}

static void containers()
{
    std::map<std::wstring, int> map;
    map[L"Content-Length"] = 1;
    map[L"Content-Type"] = 2;
    map[L"Accept"] = 3;
    CHECK(map.begin()->first == L"Accept" && map[L"Content-Type"] == 2 && map.size() == 3);
    std::set<std::wstring> set = {L"b", L"a", L"b"};
    CHECK(set.size() == 2 && set.count(L"a") == 1);
    std::vector<std::wstring> list = {L"z", L"y", L"x"};
    std::sort(list.begin(), list.end());
    CHECK(list[0] == L"x");
}

static void numbers()
{
    size_t used = 0;
    CHECK(std::stoi(L"8080x", &used) == 8080 && used == 4);
    CHECK(std::stoul(L"4294967295") == 4294967295u && std::stol(L"-5") == -5);
    CHECK(std::stoull(L"ff", nullptr, 16) == 255 && std::stod(L"2.5") == 2.5);
    bool refused = false;
    try {
        (void)std::stoi(L"none");
    } catch (const std::invalid_argument &) {
        refused = true;
    }
    CHECK(refused);
    CHECK(std::to_wstring(-42) == L"-42" && std::to_wstring(1.5) == L"1.500000");
    CHECK(std::to_wstring(18446744073709551615ull) == L"18446744073709551615");
    CHECK(std::to_wstring(-9223372036854775807l) == L"-9223372036854775807");
    CHECK(std::to_string(1.5) == "1.500000" && std::to_string(-7l) == "-7");
}

static void functions_of_std()
{
    wchar_t text[16];
    const wchar_t *constant = L"a,b";
    std::wcscpy(text, L"abc");
    CHECK(*std::wcschr(text, L'b') == L'b' && std::wcsstr(constant, L"b") == constant + 2);
    *wcschr(text, L'b') = L'B';
    CHECK_WIDE(text, L"aBc");
    CHECK(std::swprintf(text, 16, L"%s", L"std") == 3 && std::wcstol(L"12", nullptr, 10) == 12);
    CHECK(std::mbstowcs(text, "ab", 16) == 2 && std::wcslen(text) == 2);
    CHECK(swprintf_s(text, L"%lu", 7u) == 1 && wcscpy_s(text, L"array") == 0);
    CHECK_WIDE(text, L"array");
    CHECK(wcscat_s(text, L"0123456789abcdef") == ERANGE && text[0] == 0);
    char bytes[8];
    CHECK(sprintf_s(bytes, "%S", L"wide") == 4 && strcpy_s(bytes, "narrow") == 0);
    CHECK(std::snprintf(bytes, sizeof bytes, "%lu", 5u) == 1);
}

int main()
{
    strings();
    containers();
    numbers();
    functions_of_std();
    return failures != 0;
}
