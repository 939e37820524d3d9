/* The printf and scanf families: formats, what happens to text that is too long, and streams. What
 * it writes to standard output is compared by main.rs.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>

#include "check.h"

typedef unsigned ULONG; /* as in windef.h */

/* Formats in both widths and compares with the same expected text. */
#define BOTH(expected, ...)                                                                        \
    do {                                                                                           \
        char narrow[256], format_[] = FORMAT;                                                      \
        wchar_t wide[256], wide_format_[128], wide_expected_[256];                                 \
        mbstowcs(wide_format_, format_, 128);                                                      \
        mbstowcs(wide_expected_, expected, 256);                                                   \
        CHECK(snprintf(narrow, 256, format_, __VA_ARGS__) == (int)strlen(expected));               \
        CHECK_TEXT(narrow, expected);                                                              \
        CHECK(_snwprintf(wide, 256, wide_format_, __VA_ARGS__) == (int)wcslen(wide_expected_));    \
        CHECK_WIDE(wide, wide_expected_);                                                          \
    } while (0)

static void integers(void)
{
    ULONG big = 4294967295u;
    int minus = -5;

#define FORMAT "%lu %ld %#lx %08lX"
    BOTH("4294967295 -5 0x12d 0000ABCD", big, minus, 301, 0xABCD);
#undef FORMAT
#define FORMAT "%d|%5d|%-5d|%05d|%+d|% d|%.3d"
    BOTH("1|    2|3    |00004|+5| 6|007", 1, 2, 3, 4, 5, 6, 7);
#undef FORMAT
#define FORMAT "%I64u %I64d %llu %I64x %I32d %Iu %zu"
    BOTH("18446744073709551615 -1 5 ff -2 7 8", ULLONG_MAX, -1ll, 5ull, 255ll, -2, (size_t)7,
         (size_t)8);
#undef FORMAT
#define FORMAT "%hd %hu %hhd %hhu %o %X %i %%"
    BOTH("-1 65535 -1 255 17 FF 9 %", 0x1FFFF, 0x1FFFF, 0x1FF, 0x1FF, 15, 255, 9);
#undef FORMAT
#define FORMAT "%*d|%-*d|%.*d|%*d"
    BOTH("   1|2  |03|4   ", 4, 1, 3, 2, 2, 3, -4, 4);
#undef FORMAT
#define FORMAT "%" PRIu64 " %" PRIx64 " %" PRId32
    BOTH("18446744073709551615 abc -3", (uint64_t)-1, (uint64_t)0xABC, -3);
#undef FORMAT
#define FORMAT "%p|%p"
    BOTH("00000000DEADBEEF|0000000000000000", (void *)0xDEADBEEF, (void *)0);
#undef FORMAT
#define FORMAT "%300d"
    {
        char narrow[400];
        CHECK(snprintf(narrow, 400, FORMAT, 7) == 300 && narrow[299] == '7' && narrow[0] == ' ');
    }
#undef FORMAT
}

static void reals(void)
{
#define FORMAT "%f %.2f %e %g %G %.0f %8.3f|"
    BOTH("1.500000 2.25 1.000000e+10 0.0001 1E+20 3    3.142|", 1.5, 2.25, 1e10, 1e-4, 1e20, 3.0,
         3.14159);
#undef FORMAT
#define FORMAT "%Lf %a"
    BOTH("0.500000 0x1p+0", (long double)0.5, 1.0);
#undef FORMAT
}

/* U+20AC, U+1F600. */
static void text_of_both_widths(void)
{
    wchar_t wide[64];
    char bytes[64];

    swprintf(wide, 64, L"%s %ws %ls %S %hs %hS", L"a\x20AC", L"b", L"c", "d\xE2\x82\xAC", "e", "f");
    CHECK_WIDE(wide, L"a\x20AC b c d\x20AC e f");
    sprintf(bytes, "%s %hs %S %ws %ls", "a", "b", L"c\x20AC", L"d\xD83D\xDE00", L"e");
    CHECK_TEXT(bytes, "a b c\xE2\x82\xAC d\xF0\x9F\x98\x80 e");
    swprintf(wide, 64, L"[%5s][%-5s][%.2s][%5.1S]", L"ab", L"cd", L"efg", "hi");
    CHECK_WIDE(wide, L"[   ab][cd   ][ef][    h]");
    swprintf(wide, 64, L"%c%C%hc%lc%wc", L'\x20AC', 'b', 'c', L'd', L'e');
    CHECK_WIDE(wide, L"\x20AC" L"bcde");
    sprintf(bytes, "%c%C%lc[%3c]", 'a', L'\x20AC', L'c', 'd');
    CHECK_TEXT(bytes, "a\xE2\x82\xAC" "c[  d]");
    swprintf(wide, 64, L"%s %S", (wchar_t *)NULL, (char *)NULL);
    CHECK_WIDE(wide, L"(null) (null)");
    /* A character is not broken by a precision. */
    sprintf(bytes, "[%.4S]", L"a\x20AC\x20AC");
    CHECK_TEXT(bytes, "[a\xE2\x82\xAC]");
    /* Invalid text becomes U+FFFD. */
    swprintf(wide, 64, L"%S", "\xFF" "a\xE2\x82");
    CHECK_WIDE(wide, L"\xFFFD" L"a\xFFFD");
    sprintf(bytes, "%S", L"\xDE00");
    CHECK_TEXT(bytes, "\xEF\xBF\xBD");
    /* A conversion without meaning prints its letter; %n is refused. */
    CHECK(sprintf(bytes, "%y%") == 1 && bytes[0] == 'y');
    CHECK(sprintf(bytes, "%n", (int *)NULL) == -1);
}

static int by_list(wchar_t *wide, size_t size, const wchar_t *format, ...)
{
    va_list list;
    int length;

    va_start(list, format);
    length = vswprintf(wide, size, format, list);
    va_end(list);
    return length;
}

static void overflow(void)
{
    wchar_t wide[8];
    char bytes[8];

    CHECK(swprintf(wide, 4, L"abcd") == -1);
    CHECK_WIDE(wide, L"abc");
    CHECK(by_list(wide, 8, L"%d-%s", 12, L"x") == 4);
    CHECK_WIDE(wide, L"12-x");
    wmemset(wide, L'#', 8);
    CHECK(_snwprintf(wide, 4, L"abcd") == 4 && wide[3] == L'd' && wide[4] == L'#');
    CHECK(_snwprintf(wide, 4, L"abcde") == -1 && _snwprintf(wide, 4, L"abc") == 3 && !wide[3]);
    CHECK(swprintf_s(wide, 4, L"abc") == 3);
    errno = 0;
    CHECK(swprintf_s(wide, 4, L"abcd") == -1 && wide[0] == 0 && errno == ERANGE);
    CHECK(_snwprintf_s(wide, 8, 2, L"abcd") == -1);
    CHECK_WIDE(wide, L"ab");
    CHECK(_snwprintf_s(wide, 4, _TRUNCATE, L"abcd") == -1);
    CHECK_WIDE(wide, L"abc");
    CHECK(_scwprintf(L"%d", 12345) == 5 && _scprintf("%s", "abc") == 3);
    memset(bytes, '#', 8);
    CHECK(_snprintf(bytes, 4, "abcd") == 4 && bytes[4] == '#');
    CHECK(_snprintf(bytes, 4, "abcde") == -1);
    CHECK(snprintf(bytes, 4, "%s", "abcdef") == 6);
    CHECK_TEXT(bytes, "abc");
    CHECK(sprintf_s(bytes, 4, "%s", "abcd") == -1 && bytes[0] == 0);
    CHECK(sprintf_s(bytes, 8, "%lu", 7u) == 1 && bytes[0] == '7');
    CHECK(_snprintf_s(bytes, 4, _TRUNCATE, "abcd") == -1 && snprintf(NULL, 0, "abc") == 3);
    /* The older form, without a size. */
    CHECK(swprintf(wide, L"%d", 42) == 2);
    CHECK_WIDE(wide, L"42");
}

static void reads(void)
{
    struct {
        ULONG value, guard;
    } one = {0, 0xC0FFEE};
    unsigned long long big = 0;
    int a = 0, b = 0, count = 0;
    short s = 0;
    float f = 0;
    double d = 0;
    wchar_t wide[16];
    char bytes[16], letter = 0;

    CHECK(sscanf("4294967295", "%lu", &one.value) == 1);
    CHECK(one.value == 4294967295u && one.guard == 0xC0FFEE);
    CHECK(swscanf(L"12 -7 0x1f", L"%d %i %x", &a, &b, &one.value) == 3);
    CHECK(a == 12 && b == -7 && one.value == 31);
    CHECK(swscanf(L"0x1f 017", L"%i %i", &a, &b) == 2 && a == 31 && b == 15);
    CHECK(swscanf(L"word \x20AC", L"%s %S", wide, bytes) == 2);
    CHECK_WIDE(wide, L"word");
    CHECK_TEXT(bytes, "\xE2\x82\xAC");
    CHECK(sscanf("ab \xE2\x82\xAC", "%s %ls", bytes, wide) == 2);
    CHECK_WIDE(wide, L"\x20AC");
    CHECK(sscanf("18446744073709551615 -2", "%I64u %hd", &big, &s) == 2 && s == -2);
    CHECK(big == ULLONG_MAX && sscanf("1.5 2e3 x", "%f %lf %c", &f, &d, &letter) == 3);
    CHECK(f == 1.5f && d == 2000.0 && letter == 'x');
    CHECK(sscanf("http://host:80/", "%[a-z]://%[^:]:%d%n", bytes, bytes + 8, &a, &count) == 3);
    CHECK_TEXT(bytes + 8, "host");
    CHECK(a == 80 && count == 14 && sscanf("abc", "%d", &a) == 0 && sscanf("", "%d", &a) == EOF);
    CHECK(sscanf("12345", "%2d%*d", &a) == 1 && a == 12 && sscanf("5%", "%d%%%n", &a, &b) == 1);
    CHECK(sscanf_s("toolong", "%s", bytes, 4u) == 0 && bytes[0] == 0);
    CHECK(swscanf_s(L"fits 9", L"%s %d", wide, 5u, &a) == 2 && a == 9);
}

static void files(void)
{
    FILE *file = tmpfile();
    wchar_t line[16];
    int number = 0;

    CHECK(file != NULL);
    if (!file) {
        return;
    }
    CHECK(fwprintf(file, L"%s\n", L"\x20AC\xD83D\xDE00") == 4 && fputws(L"12 z", file) == 0);
    CHECK(fputwc(0xD83D, file) == 0xD83D && fputwc(0xDE00, file) == 0xDE00);
    rewind(file);
    CHECK(fgetws(line, 16, file) == line);
    CHECK_WIDE(line, L"\x20AC\xD83D\xDE00\n");
    CHECK(fwscanf(file, L"%d", &number) == 1 && number == 12);
    CHECK(fgetwc(file) == L' ' && ungetwc(L'q', file) == L'q' && fgetwc(file) == L'q');
    CHECK(fgetwc(file) == L'z' && fgetwc(file) == 0xD83D && fgetwc(file) == 0xDE00);
    CHECK(fgetwc(file) == WEOF && fgetws(line, 16, file) == NULL);
    fclose(file);
}

static void standard_output(void)
{
    int i;

    CHECK(wprintf(L"%s %ws %hS %lu\n", L"gr\xFC\xDF", L"\x20AC", "narrow", 4294967295u) == 25);
    printf("%S %lu\n", L"\xD83D\xDE00", 5u);
    _putws(L"line");
    fputws(L"no line ", stdout);
    putwchar(L'\xD83D');
    putwchar(L'\xDE00');
    putwchar(L'\n');
    for (i = 0; i < 3000; i++) {
        wprintf(L"%c", L'a' + i % 26);
    }
    wprintf(L"\n%0600d\n", 1);
}

int main(void)
{
    integers();
    reals();
    text_of_both_widths();
    overflow();
    reads();
    files();
    standard_output();
    return failures != 0;
}
