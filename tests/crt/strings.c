/* Strings, numbers and conversions of the 16-bit C runtime. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

static void lengths_copies_and_comparisons(void)
{
    wchar_t text[16];

    CHECK(sizeof(wchar_t) == 2);
    CHECK(wcslen(L"abcdef") == 6);
    CHECK(wcslen(L"\xD83D\xDE00") == 2);
    CHECK(wcsnlen(L"abcdef", 3) == 3 && wcsnlen(L"ab", 9) == 2);
    CHECK_WIDE(wcscpy(text, L"abc"), L"abc");
    CHECK_WIDE(wcscat(text, L"def"), L"abcdef");
    CHECK_WIDE(wcsncat(text, L"ghij", 2), L"abcdefgh");
    wmemset(text, L'#', 16);
    CHECK(wcsncpy(text, L"ab", 4) == text && text[2] == 0 && text[3] == 0 && text[4] == L'#');
    CHECK(wcscmp(L"a", L"a") == 0 && wcscmp(L"a", L"b") < 0 && wcscmp(L"b", L"a") > 0);
    CHECK(wcscmp(L"\xFFFF", L"a") > 0);
    CHECK(wcsncmp(L"abX", L"abY", 2) == 0 && wcsncmp(L"ab", L"abc", 9) < 0);
    CHECK(_wcsicmp(L"Content-Type", L"content-TYPE") == 0 && _wcsicmp(L"a", L"B") < 0);
    CHECK(_wcsnicmp(L"ABCx", L"abcy", 3) == 0 && _wcsnicmp(L"ABCx", L"abcy", 4) < 0);
    CHECK(wmemcmp(L"a\0b", L"a\0c", 3) < 0 && wmemcmp(L"a\0b", L"a\0b", 3) == 0);
    wcscpy(text, L"abcdef");
    wmemmove(text + 1, text, 4);
    CHECK_WIDE(text, L"aabcdf");
    wcscpy(text, L"MiXed");
    CHECK_WIDE(_wcslwr(text), L"mixed");
    CHECK_WIDE(_wcsupr(text), L"MIXED");
}

static void searches(void)
{
    const wchar_t *text = L"/path/to?query";

    CHECK(wcschr(text, L'/') == text && wcschr(text, L'?') == text + 8);
    CHECK(wcschr(text, L'#') == NULL && wcschr(text, 0) == text + 14);
    CHECK(wcsrchr(text, L'/') == text + 5 && wcsrchr(text, L'#') == NULL);
    CHECK(wcsrchr(text, 0) == text + 14);
    CHECK(wcsstr(text, L"to") == text + 6 && wcsstr(text, L"no") == NULL);
    CHECK(wcsstr(text, L"") == text && wcsstr(L"aab", L"ab") != NULL);
    CHECK(wcspbrk(text, L"#?") == text + 8 && wcspbrk(text, L"#") == NULL);
    CHECK(wcscspn(text, L"?") == 8 && wcsspn(text, L"/ahpt") == 7);
    CHECK(wmemchr(text, L't', 14) == text + 3 && wmemchr(text, L't', 3) == NULL);
}

static void tokens(void)
{
    wchar_t wide[] = L",a,,bc;", again[] = L"x y";
    char narrow[] = "1 2";
    wchar_t *context;
    char *narrow_context;

    CHECK_WIDE(wcstok_s(wide, L",;", &context), L"a");
    CHECK_WIDE(wcstok_s(NULL, L",;", &context), L"bc");
    CHECK(wcstok_s(NULL, L",;", &context) == NULL);
    CHECK(wcstok_s(NULL, L",;", &context) == NULL);
    CHECK_WIDE(wcstok(again, L" "), L"x");
    CHECK_WIDE(wcstok(NULL, L" "), L"y");
    CHECK(wcstok(NULL, L" ") == NULL);
    wcscpy(again, L"p q");
    CHECK_WIDE(wcstok(again, L" ", &context), L"p");
    CHECK_WIDE(wcstok(NULL, L" ", &context), L"q");
    CHECK_TEXT(strtok_s(narrow, " ", &narrow_context), "1");
    CHECK_TEXT(strtok_s(NULL, " ", &narrow_context), "2");
}

static void bounded_copies(void)
{
    wchar_t text[6] = L"zzzzz";
    char bytes[6] = "zzzzz";

    CHECK(wcscpy_s(text, 6, L"abcde") == 0);
    CHECK_WIDE(text, L"abcde");
    CHECK(wcscpy_s(text, 5, L"abcde") == ERANGE && text[0] == 0);
    CHECK(wcscpy_s(text, 6, NULL) == EINVAL && wcscpy_s(NULL, 6, L"") == EINVAL);
    CHECK(wcscpy_s(text, 6, L"ab") == 0 && wcscat_s(text, 6, L"cde") == 0);
    CHECK_WIDE(text, L"abcde");
    CHECK(wcscat_s(text, 6, L"f") == ERANGE && text[0] == 0);
    CHECK(wcsncpy_s(text, 6, L"abcdefgh", 3) == 0);
    CHECK_WIDE(text, L"abc");
    CHECK(wcsncpy_s(text, 4, L"abcdefgh", _TRUNCATE) == STRUNCATE);
    CHECK_WIDE(text, L"abc");
    CHECK(wcsncpy_s(text, 4, L"abcdefgh", 4) == ERANGE && text[0] == 0);
    CHECK(wcsncat_s(text, 6, L"vwxyz", 2) == 0);
    CHECK_WIDE(text, L"vw");
    CHECK(wcsncat_s(text, 6, L"vwxyz", _TRUNCATE) == STRUNCATE);
    CHECK_WIDE(text, L"vwvwx");
    CHECK(strcpy_s(bytes, 6, "abcde") == 0 && strcpy_s(bytes, 5, "abcde") == ERANGE);
    CHECK(bytes[0] == 0 && strcat_s(bytes, 6, "xy") == 0 && strcat_s(bytes, 6, "z") == 0);
    CHECK_TEXT(bytes, "xyz");
    CHECK(strncpy_s(bytes, 4, "abcdef", _TRUNCATE) == STRUNCATE);
    CHECK_TEXT(bytes, "abc");
    CHECK(memcpy_s(bytes, 6, "12", 3) == 0 && memcpy_s(bytes, 2, "123", 3) == ERANGE);
    CHECK(bytes[0] == 0 && bytes[1] == 0);
}

static void case_and_duplicates_of_bytes(void)
{
    wchar_t *wide = _wcsdup(L"copy");
    char *narrow = _strdup("copy");
    char text[] = "MiX";

    CHECK_WIDE(wide, L"copy");
    CHECK_TEXT(narrow, "copy");
    free(wide);
    free(narrow);
    CHECK(_stricmp("HOST", "host") == 0 && _stricmp("a", "b") < 0);
    CHECK(_strnicmp("HOSTx", "hosty", 4) == 0 && _strnicmp("HOSTx", "hosty", 5) < 0);
    CHECK_TEXT(_strupr(text), "MIX");
    CHECK_TEXT(_strlwr(text), "mix");
    CHECK(_countof(text) == 4);
}

static void numbers(void)
{
    wchar_t *end;
    const wchar_t *text = L"  -0x1Fg";
    wchar_t digits[70];
    char narrow[70];

    CHECK(_wtoi(L"8080") == 8080 && _wtoi(L" -7x") == -7 && _wtoi(L"x") == 0);
    CHECK(_wtoi(L"99999999999") == INT_MAX && _wtoi(L"-99999999999") == INT_MIN);
    CHECK(_wtol(L"123") == 123 && _wtoi64(L"-9223372036854775808") == LLONG_MIN);
    CHECK(wcstol(text, &end, 16) == -31 && end == text + 7);
    CHECK(wcstol(text, &end, 0) == -31 && wcstol(L"0x", &end, 16) == 0 && *end == L'x');
    CHECK(wcstol(L"077", NULL, 0) == 63 && wcstol(L"zz", NULL, 36) == 1295);
    CHECK(wcstol(L"none", &end, 10) == 0 && *end == L'n');
    CHECK(wcstoul(L"4294967295", &end, 10) == 4294967295u && *end == 0);
    CHECK((unsigned)wcstoul(L"-1", NULL, 10) == 0xFFFFFFFFu);
    CHECK(wcstoull(L"18446744073709551615", NULL, 10) == ULLONG_MAX);
    errno = 0;
    CHECK(wcstoull(L"18446744073709551616", &end, 10) == ULLONG_MAX && errno == ERANGE);
    CHECK(*end == 0 && wcstoll(L"-9223372036854775809", NULL, 10) == LLONG_MIN);
    CHECK(_wcstoui64(L"ff", NULL, 16) == 255 && wcstod(L" 2.5e1 x", &end) == 25.0);
    CHECK(*end == L' ' && wcstof(L".5", NULL) == 0.5f && _wtof(L"-1.25") == -1.25);
    CHECK_WIDE(_itow(-255, digits, 10), L"-255");
    CHECK_WIDE(_itow(-1, digits, 16), L"ffffffff");
    CHECK_WIDE(_ui64tow(18446744073709551615ull, digits, 10), L"18446744073709551615");
    CHECK_WIDE(_i64tow(LLONG_MIN, digits, 10), L"-9223372036854775808");
    CHECK_TEXT(_itoa(42, narrow, 2), "101010");
    CHECK_TEXT(_i64toa(-42, narrow, 10), "-42");
    CHECK(_atoi64("-42") == -42 && _strtoui64("ff", NULL, 16) == 255);
    CHECK(_itoa_s(-42, narrow, sizeof narrow, 10) == 0);
    CHECK_TEXT(narrow, "-42");
    CHECK(_itoa_s(-42, narrow, 4, 10) == 0);
    CHECK(_itoa_s(-42, narrow, 3, 10) == ERANGE && errno == ERANGE && narrow[0] == 0);
    CHECK(_itoa_s(1, NULL, 8, 10) == EINVAL && _itoa_s(1, narrow, 0, 10) == EINVAL);
    CHECK(_ltoa_s(1, narrow, 8, 37) == EINVAL && _ltoa_s(1, narrow, 8, 1) == EINVAL);
    CHECK(_ultoa_s(255, narrow, 8, 16) == 0);
    CHECK_TEXT(narrow, "ff");
    CHECK(_i64tow_s(LLONG_MIN, digits, 21, 10) == 0);
    CHECK_WIDE(digits, L"-9223372036854775808");
    CHECK(_ui64tow_s(18446744073709551615ull, digits, 65, 2) == 0 && digits[63] == '1' && digits[64] == 0);
    CHECK(_ui64tow_s(18446744073709551615ull, digits, 64, 2) == ERANGE && digits[0] == 0);
    CHECK(_itow_s(-1, digits, 9, 16) == 0);
    CHECK_WIDE(digits, L"ffffffff");
}

/* U+20AC and U+1F600 stand for characters of three and of four bytes. */
static void conversions(void)
{
    wchar_t wide[8];
    char bytes[16];
    const char *utf8 = "a\xE2\x82\xAC\xF0\x9F\x98\x80";
    const wchar_t *utf16 = L"a\x20AC\xD83D\xDE00";
    size_t converted;

    CHECK(mbstowcs(NULL, utf8, 0) == 4 && mbstowcs(wide, utf8, 8) == 4);
    CHECK_WIDE(wide, utf16);
    CHECK(mbstowcs(wide, utf8, 3) == 2 && mbstowcs(wide, "\xC3(", 8) == (size_t)-1);
    CHECK(wcstombs(NULL, utf16, 0) == 8 && wcstombs(bytes, utf16, 16) == 8);
    CHECK_TEXT(bytes, utf8);
    CHECK(wcstombs(bytes, utf16, 7) == 4 && wcstombs(bytes, L"\xDE00", 16) == (size_t)-1);
    CHECK(mbtowc(wide, "\xE2\x82\xAC", 3) == 3 && wide[0] == 0x20AC);
    CHECK(mbtowc(wide, "\xE2\x82\xAC", 2) == -1 && wctomb(bytes, 0xE9) == 2);
    CHECK(mbstowcs_s(&converted, wide, 8, utf8, _TRUNCATE) == 0 && converted == 5);
    CHECK(mbstowcs_s(&converted, wide, 3, utf8, _TRUNCATE) == STRUNCATE && converted == 3);
    CHECK_WIDE(wide, L"a\x20AC");
    CHECK(mbstowcs_s(&converted, wide, 3, utf8, 8) == ERANGE && wide[0] == 0);
    CHECK(wcstombs_s(&converted, NULL, 0, utf16, 0) == 0 && converted == 9);
    CHECK(wcstombs_s(&converted, bytes, 16, utf16, 15) == 0 && converted == 9);
    CHECK_TEXT(bytes, utf8);
}

static void times(void)
{
    struct tm time;
    wchar_t text[32];

    memset(&time, 0, sizeof(time));
    time.tm_year = 94;
    time.tm_mday = 6;
    time.tm_mon = 10;
    CHECK(wcsftime(text, 32, L"%Y-%m-%d \x20AC", &time) == 12);
    CHECK_WIDE(text, L"1994-11-06 \x20AC");
    CHECK(wcsftime(text, 5, L"%Y-%m-%d", &time) == 0);
}

int main(void)
{
    lengths_copies_and_comparisons();
    searches();
    tokens();
    bounded_copies();
    case_and_duplicates_of_bytes();
    numbers();
    conversions();
    times();
    return failures != 0;
}
