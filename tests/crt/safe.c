/* strsafe.h, the keywords and streams of Windows, and that the headers live together. The library need not
 * be linked.
 */
#define UNICODE
#define SECURITY_WIN32 /* sspi.h asks for it, as the SDK's does */
#include <Windows.h>
#include <Http.h>
#include <conio.h>
#include <crtdbg.h>
#include <io.h>
#include <locale.h>
#include <objbase.h>
#include <sdkddkver.h>
#include <specstrings.h>
#include <sspi.h>
#include <strsafe.h>
#include <tchar.h>
#include <winsock2.h>
#include <ws2tcpip.h>
#include <wtypes.h>

#include "check.h"

static void safe_strings(void)
{
    WCHAR text[6];
    char bytes[8];
    size_t length;

    CHECK(StringCchCopyW(text, 6, L"abc") == S_OK && StringCchCat(text, 6, L"de") == S_OK);
    CHECK_WIDE(text, L"abcde");
    CHECK(StringCchCatW(text, 6, L"f") == STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK_WIDE(text, L"abcde");
    CHECK(StringCchCopy(text, 4, L"abcdef") == STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK_WIDE(text, L"abc");
    CHECK(StringCchCopy(text, 0, L"a") == STRSAFE_E_INVALID_PARAMETER);
    CHECK(StringCchCopyN(text, 6, L"abcdef", 2) == S_OK && text[1] == L'b' && text[2] == 0);
    CHECK(StringCchCatN(text, 6, L"xyz", 1) == S_OK);
    CHECK_WIDE(text, L"abx");
    CHECK(StringCbCopyW(text, sizeof(text), L"abcde") == S_OK);
    CHECK(StringCbCopyW(text, 5, L"abc") == STRSAFE_E_INSUFFICIENT_BUFFER && text[1] == 0);
    CHECK(StringCbCatW(text, sizeof(text), L"-z") == S_OK);
    CHECK_WIDE(text, L"a-z");
    CHECK(StringCchLengthW(text, 6, &length) == S_OK && length == 3);
    CHECK(StringCbLength(text, 12, &length) == S_OK && length == 6);
    CHECK(StringCchLengthW(text, 3, &length) == STRSAFE_E_INVALID_PARAMETER);
    CHECK(StringCchLengthA(NULL, 3, &length) == STRSAFE_E_INVALID_PARAMETER);
    CHECK(StringCchPrintfA(bytes, 8, "%lu %S", (ULONG)200, L"OK") == S_OK);
    CHECK_TEXT(bytes, "200 OK");
    CHECK(StringCchPrintfA(bytes, 4, "%d", 12345) == STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK_TEXT(bytes, "123");
    CHECK(StringCbPrintf(text, sizeof(text), L"%s", L"abcde") == S_OK);
    CHECK_WIDE(text, L"abcde");
}

static void safe_strings_ex(void)
{
    WCHAR text[6], *end;
    size_t left;

    CHECK(StringCchCopyEx(text, 6, L"abc", &end, &left, 0) == S_OK);
    CHECK(end == text + 3 && left == 3);
    CHECK(StringCchCatEx(end, left, L"d", &end, &left, STRSAFE_FILL_BYTE(0xFF)) == S_OK);
    CHECK(end == text + 4 && left == 2 && text[5] == 0xFFFF);
    CHECK(StringCchCatEx(text, 6, L"too long", &end, &left, STRSAFE_NO_TRUNCATION) ==
          STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK_WIDE(text, L"abcd");
    CHECK(StringCchPrintfEx(text, 6, &end, &left, STRSAFE_NULL_ON_FAILURE, L"%s", L"too long") ==
          STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK(text[0] == 0 && end == text && left == 6);
    CHECK(StringCbPrintfEx(text, 12, &end, &left, 0, L"%d", 12) == S_OK && left == 8);
    CHECK(StringCchCopyEx(text, 6, NULL, NULL, NULL, STRSAFE_IGNORE_NULLS) == S_OK && !text[0]);
}

static void keywords_and_streams(void)
{
    static __declspec(align(64)) char aligned[64];

    CHECK(((ULONG_PTR)aligned & 63) == 0);
    CHECK(_tcslen(_T("abc")) == 3 && _ttoi(_T("12")) == 12);
    CHECK(_setmode(_fileno(stdout), _O_U16TEXT) == _O_TEXT && _setmode(1, 99) == -1);
    CHECK(_access("/", 0) == 0 && _access("/nowhere", 0) == -1);
    CHECK(_wsetlocale(LC_ALL, L"C") != NULL);
    /* Standard input is not a terminal in a test: the next bytes, then its end. */
    CHECK(_kbhit() && _getch() == 'k' && _getch() == -1);
}

int main(void)
{
    safe_strings();
    safe_strings_ex();
    keywords_and_streams();
    return failures != 0;
}
