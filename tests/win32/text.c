/* Code pages, comparison, case, formats, normal forms. */
#include "check.h"

#include <string.h>

static int wide_is(const WCHAR *left, const WCHAR *right)
{
    while (*left && *left == *right) {
        left++, right++;
    }
    return *left == *right;
}

static void code_pages(void)
{
    static const struct {
        UINT page;
        const char *bytes;
        WCHAR units[8];
    } known[] = {
        { CP_UTF8, "a\xE2\x82\xAC", { 'a', 0x20AC, 0 } },
        { 1252, "\x80\xE4", { 0x20AC, 0xE4, 0 } },
        { 1251, "\xDF", { 0x42F, 0 } },
        { 28591, "\xE4", { 0xE4, 0 } },
        { 437, "\x80\xE1", { 0xC7, 0xDF, 0 } },
        { 850, "\x80\xB5", { 0xC7, 0xC1, 0 } },
        { 932, "\x82\xA0z", { 0x3042, 'z', 0 } },
        { 936, "\xD6\xD0", { 0x4E2D, 0 } },
        { 949, "\xC7\xD1", { 0xD55C, 0 } },
        { 950, "\xA4\xA4", { 0x4E2D, 0 } },
        { 20866, "\xC1", { 0x430, 0 } },
    };
    WCHAR wide[16];
    char text[32];
    unsigned n;
    BOOL used = 7;
    CPINFO info;

    for (n = 0; n < sizeof known / sizeof known[0]; n++) {
        int units = lstrlenW(known[n].units) + 1, bytes = lstrlenA(known[n].bytes) + 1;
        CHECK(IsValidCodePage(known[n].page));
        CHECK(MultiByteToWideChar(known[n].page, 0, known[n].bytes, -1, NULL, 0) == units);
        CHECK(MultiByteToWideChar(known[n].page, 0, known[n].bytes, -1, wide, 16) == units);
        CHECK(wide_is(wide, known[n].units));
        CHECK(WideCharToMultiByte(known[n].page, 0, wide, -1, NULL, 0, NULL, NULL) == bytes);
        CHECK(WideCharToMultiByte(known[n].page, 0, wide, -1, text, 32, NULL, NULL) == bytes);
        CHECK(!strcmp(text, known[n].bytes));
    }
    CHECK(MultiByteToWideChar(CP_UTF8, 0, "abc", 2, wide, 16) == 2 && wide[1] == 'b');
    FAILS(ERROR_INSUFFICIENT_BUFFER, MultiByteToWideChar(CP_UTF8, 0, "abc", -1, wide, 3));
    FAILS(ERROR_NO_UNICODE_TRANSLATION,
          MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "a\xFF", -1, wide, 16));
    CHECK(MultiByteToWideChar(CP_UTF8, 0, "a\xFF", -1, wide, 16) == 3 && wide[1] == 0xFFFD);
    FAILS(ERROR_INVALID_FLAGS, MultiByteToWideChar(1252, 0x1000, "a", 1, wide, 16));
    FAILS(ERROR_INVALID_PARAMETER, MultiByteToWideChar(12345, 0, "a", 1, wide, 16));
    FAILS(ERROR_INVALID_PARAMETER, MultiByteToWideChar(CP_UTF8, 0, "a", 0, wide, 16));
    FAILS(ERROR_INVALID_PARAMETER, MultiByteToWideChar(CP_UTF8, 0, NULL, 1, wide, 16));
    FAILS(ERROR_INVALID_PARAMETER, MultiByteToWideChar(CP_UTF8, 0, "a", 1, NULL, 16));
    wide[0] = 'a', wide[1] = 0x4E2D, wide[2] = 0;
    CHECK(WideCharToMultiByte(1252, 0, wide, -1, text, 32, "*", &used) == 3);
    CHECK(!strcmp(text, "a*") && used);
    wide[1] = 'b';
    CHECK(WideCharToMultiByte(1252, WC_NO_BEST_FIT_CHARS, wide, 2, text, 32, NULL, &used) == 2);
    CHECK(!used);
    /* Wine takes flags and default characters with UTF-8. */
    wide[1] = 0xD800;
    FAILS(ERROR_NO_UNICODE_TRANSLATION,
          WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1, text, 32, NULL, NULL));
    CHECK(WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, 32, NULL, NULL) == 5);
    CHECK(!strcmp(text, "a\xEF\xBF\xBD"));
    CHECK(GetCPInfo(932, &info) && info.MaxCharSize == 2 && info.LeadByte[0] == 0x81);
    CHECK(GetCPInfo(1252, &info) && info.MaxCharSize == 1 && info.LeadByte[0] == 0);
    FAILS(ERROR_INVALID_PARAMETER, GetCPInfo(12345, &info));
    CHECK(!IsValidCodePage(12345) && IsDBCSLeadByteEx(932, 0x82) && !IsDBCSLeadByteEx(932, 'a'));
}

static void comparison(void)
{
    const LCID english = MAKELCID(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), SORT_DEFAULT);
    static const WCHAR small[] = { 'a', 0xE4, 0x3C9, 0 }, capital[] = { 'A', 0xC4, 0x3A9, 0 };
    static const WCHAR hay[] = { 'a', 'b', 'A', 'B', 0 }, needle[] = { 'A', 'b', 0 };

    CHECK(CompareStringOrdinal(small, -1, capital, -1, TRUE) == CSTR_EQUAL);
    CHECK(CompareStringOrdinal(small, -1, capital, -1, FALSE) == CSTR_GREATER_THAN);
    CHECK(CompareStringOrdinal(small, 1, small, 2, FALSE) == CSTR_LESS_THAN);
    CHECK(CompareStringOrdinal(small, 0, capital, 0, FALSE) == CSTR_EQUAL);
    FAILS(ERROR_INVALID_PARAMETER, CompareStringOrdinal(NULL, -1, capital, -1, TRUE));
    CHECK(CompareStringW(english, NORM_IGNORECASE, small, -1, capital, -1) == CSTR_EQUAL);
    CHECK(CompareStringW(english, 0, small, -1, capital, -1) == CSTR_LESS_THAN);
    CHECK(CompareStringA(english, 0, "b", -1, "A", -1) == CSTR_GREATER_THAN);
    CHECK(CompareStringA(english, 0, "a1", -1, "ab", -1) == CSTR_LESS_THAN);
    CHECK(CompareStringA(english, 0, "co-op", -1, "cop", -1) == CSTR_LESS_THAN);
    FAILS(ERROR_INVALID_FLAGS, CompareStringA(english, 0x80, "a", -1, "b", -1));
    CHECK(lstrcmpA("a", "B") < 0 && lstrcmpA("a", "a") == 0 && lstrcmpA("b", "A") > 0);
    CHECK(lstrcmpiA("aBc", "AbC") == 0 && lstrcmpiW(small, capital) == 0);
    CHECK(FindStringOrdinal(FIND_FROMSTART, hay, -1, needle, -1, TRUE) == 0);
    CHECK(FindStringOrdinal(FIND_FROMEND, hay, -1, needle, -1, TRUE) == 2);
    CHECK(FindStringOrdinal(FIND_FROMSTART, hay, -1, needle, -1, FALSE) == -1);
    CHECK(FindStringOrdinal(FIND_ENDSWITH, hay, 4, hay + 2, 2, FALSE) == 2);
}

static void copies(void)
{
    WCHAR wide[8];
    char text[16];

    CHECK(lstrlenA(NULL) == 0 && lstrlenW(NULL) == 0 && lstrlenA("abc") == 3);
    CHECK(lstrcpyA(text, "abc") == text && lstrcatA(text, "def") == text);
    CHECK(!strcmp(text, "abcdef"));
    CHECK(lstrcpynA(text, "abcdef", 4) == text && !strcmp(text, "abc"));
    wide[0] = 'x', wide[1] = 'y', wide[2] = 0;
    CHECK(lstrcpynW(wide + 3, wide, 3) == wide + 3 && wide_is(wide, wide + 3));
    CHECK(lstrcatW(wide, wide + 3) == wide && lstrlenW(wide) == 5 - 1);
}

static void cases(void)
{
    WCHAR wide[] = { 'a', 0xE4, 0xDF, 0x131, 'Z', '1', 0 };
    static const WCHAR upper[] = { 'A', 0xC4, 0xDF, 0x131, 'Z', '1', 0 };
    static const WCHAR lower[] = { 'a', 0xE4, 0xDF, 0x131, 'z', '1', 0 };
    char text[] = "abCD1", narrow[5];
    WCHAR mapped[8];

    CHECK(CharUpperW(wide) == wide && wide_is(wide, upper));
    CHECK(CharLowerW(wide) == wide && wide_is(wide, lower));
    CHECK(CharUpperBuffW(wide, 1) == 1 && wide[0] == 'A' && wide[4] == 'z');
    CHECK((ULONG_PTR)CharUpperW((LPWSTR)(ULONG_PTR)'q') == 'Q');
    CHECK(CharUpperA(text) == text && !strcmp(text, "ABCD1"));
    CHECK(CharLowerBuffA(text, 2) == 2 && !strcmp(text, "abCD1"));
    CHECK((ULONG_PTR)CharLowerA((LPSTR)(ULONG_PTR)'Q') == 'q');
    CHECK(IsCharAlphaW(0xE4) && !IsCharAlphaW('1') && IsCharAlphaNumericW('1'));
    CHECK(IsCharUpperA('A') && !IsCharUpperA('a') && IsCharLowerW(0xE4) && !IsCharAlphaA('!'));
    CHECK(CharNextA(text) == text + 1 && *CharNextA(text + 5) == 0 && CharNextW(wide) == wide + 1);
    CHECK(CharNextA(text + 5) == text + 5 && CharPrevA(text, text) == text);
    CHECK(CharPrevW(wide, wide + 2) == wide + 1);
    CHECK(LCMapStringW(LOCALE_INVARIANT, LCMAP_UPPERCASE, lower, -1, NULL, 0) == 7);
    CHECK(LCMapStringW(LOCALE_INVARIANT, LCMAP_UPPERCASE, lower, -1, mapped, 8) == 7);
    CHECK(wide_is(mapped, upper));
    FAILS(ERROR_INSUFFICIENT_BUFFER,
          LCMapStringW(LOCALE_INVARIANT, LCMAP_UPPERCASE, lower, -1, mapped, 3));
    CHECK(LCMapStringEx(LOCALE_NAME_INVARIANT, LCMAP_LOWERCASE, upper, -1, mapped, 8, NULL, NULL,
                        0) == 7);
    CHECK(wide_is(mapped, lower));
    CHECK(LCMapStringA(LOCALE_INVARIANT, LCMAP_LOWERCASE, "AbC1", -1, narrow, 5) == 5);
    CHECK(!strcmp(narrow, "abc1"));
    FAILS(ERROR_INSUFFICIENT_BUFFER,
          LCMapStringA(LOCALE_INVARIANT, LCMAP_UPPERCASE, "abc", -1, narrow, 3));
}

static void formats(void)
{
    static char text[2000];
    static char longer[1500];
    WCHAR wide[64], format[] = { '%', 's', '-', '%', 'd', '-', '%', 'S', 0 }, name[] = { 'n', 0 };

    CHECK(wsprintfA(text, "%s %d %u %08X %c", "abc", -5, 7u, 0xBEEFu, 'x') == 19);
    CHECK(!strcmp(text, "abc -5 7 0000BEEF x"));
    CHECK(wsprintfW(wide, format, name, 42, "bytes") == 10);
    CHECK(wide[0] == 'n' && wide[2] == '4' && wide[9] == 's' && wide[10] == 0);
    memset(longer, 'y', sizeof longer - 1);
    wsprintfA(text, "%s", longer);
    CHECK(strlen(text) <= 1024);
}

static void locales_and_names(void)
{
    static const WCHAR apart[] = { 'a', 0x308, 0 }, together[] = { 0xE4, 0 };
    static const WCHAR host[] = { 'b', 0xFC, 'c', 'h', 'e', 'r', 0 };
    static const WCHAR ascii[] = { 'x', 'n', '-', '-', 'b', 'c', 'h', 'e', 'r', '-', 'k', 'v', 'a', 0 };
    WCHAR wide[LOCALE_NAME_MAX_LENGTH];

    CHECK(NormalizeString(NormalizationC, apart, -1, wide, 16) == 2 && wide_is(wide, together));
    CHECK(NormalizeString(NormalizationD, together, -1, wide, 16) == 3 && wide_is(wide, apart));
    CHECK(IsNormalizedString(NormalizationC, together, -1));
    CHECK(!IsNormalizedString(NormalizationC, apart, -1));
    CHECK(IdnToAscii(0, host, -1, wide, 32) == 14 && wide_is(wide, ascii));
    CHECK(IdnToUnicode(0, ascii, -1, wide, 32) == 7 && wide_is(wide, host));
    CHECK(GetUserDefaultLocaleName(wide, LOCALE_NAME_MAX_LENGTH) > 0 && IsValidLocaleName(wide));
    CHECK(LocaleNameToLCID(wide, 0) == GetUserDefaultLCID());
    CHECK(IsValidLocale(GetSystemDefaultLCID(), LCID_INSTALLED));
    CHECK(LCIDToLocaleName(0x0409, wide, LOCALE_NAME_MAX_LENGTH, 0) == 6 && wide[3] == 'U');
}

int main(void)
{
    code_pages();
    comparison();
    copies();
    cases();
    formats();
    locales_and_names();
    return FINISH();
}
