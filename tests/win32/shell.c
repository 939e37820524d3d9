/* The path and string functions of shlwapi. */
#include "check.h"
#include <shlwapi.h>
#include <string.h>

static char path[MAX_PATH];

static char *set(const char *text)
{
    return strcpy(path, text);
}

static void parts(void)
{
    CHECK(strcmp(PathFindExtensionA("a\\b.c"), ".c") == 0);
    CHECK(strcmp(PathFindExtensionA("a.b\\c"), "") == 0);
    CHECK(strcmp(PathFindFileNameA("c:\\a\\b.c"), "b.c") == 0);
    CHECK(strcmp(PathFindFileNameA("c:\\a\\"), "a\\") == 0);
    CHECK(strcmp(PathSkipRootA("c:\\a"), "a") == 0);
    CHECK(PathIsRelativeA("a\\b") && !PathIsRelativeA("\\a") && !PathIsRelativeA("c:a"));
    CHECK(PathIsRootA("c:\\") && PathIsRootA("\\\\s\\h") && !PathIsRootA("c:\\a"));
    CHECK(PathIsUNCA("\\\\s\\h") && !PathIsUNCA("c:\\"));
    CHECK(PathIsFileSpecA("a.b") && !PathIsFileSpecA("a\\b"));
    CHECK(PathGetDriveNumberA("c:\\x") == 2 && PathGetDriveNumberA("x") == -1);
    CHECK(PathMatchSpecA("a.txt", "*.htm;*.TXT") && !PathMatchSpecA("a.txt", "*.htm"));
    CHECK(PathMatchSpecA("noext", "*.*") && PathMatchSpecA("abc", "a?c"));
    CHECK(PathCommonPrefixA("c:\\a\\b", "c:\\A\\c", path) == 4 && strcmp(path, "c:\\a") == 0);
    CHECK(PathFileExistsA(".") && !PathFileExistsA("none.tmp"));
    CHECK(PathIsDirectoryA(".") && !PathIsDirectoryA("none.tmp"));
    CHECK(PathFileExistsW((const WCHAR *)u"."));
}

static void changes(void)
{
    CHECK(PathCombineA(path, "c:\\a", "..\\b\\.\\c") == path && strcmp(path, "c:\\b\\c") == 0);
    CHECK(PathCombineA(path, "c:\\a", "\\b") && strcmp(path, "c:\\b") == 0);
    CHECK(PathCombineA(path, "c:\\a", "d:\\b") && strcmp(path, "d:\\b") == 0);
    CHECK(PathCombineA(path, "c:\\a", NULL) && strcmp(path, "c:\\a") == 0);
    CHECK(PathAppendA(set("c:\\a\\"), "\\b") && strcmp(path, "c:\\a\\b") == 0);
    CHECK(PathCanonicalizeA(path, "c:\\a\\.\\b\\..\\..\\c") && strcmp(path, "c:\\c") == 0);
    CHECK(PathCanonicalizeA(path, "a\\..\\b") && strcmp(path, "\\b") == 0);
    CHECK(PathRemoveFileSpecA(set("c:\\a\\b")) && strcmp(path, "c:\\a") == 0);
    CHECK(PathRemoveFileSpecA(path) && strcmp(path, "c:\\") == 0);
    CHECK(!PathRemoveFileSpecA(path) && strcmp(path, "c:\\") == 0);
    PathRemoveExtensionA(set("a.b.c"));
    CHECK(strcmp(path, "a.b") == 0);
    CHECK(PathRenameExtensionA(path, ".x") && strcmp(path, "a.x") == 0);
    CHECK(!PathAddExtensionA(path, ".y") && PathAddExtensionA(set("a"), ".y"));
    CHECK(strcmp(path, "a.y") == 0);
    CHECK(*PathAddBackslashA(set("a")) == 0 && strcmp(path, "a\\") == 0);
    CHECK(PathAddBackslashA(path) == path + 2 && strcmp(path, "a\\") == 0);
    CHECK(PathRemoveBackslashA(path) == path + 1 && strcmp(path, "a") == 0);
    PathRemoveBackslashA(set("c:\\"));
    CHECK(strcmp(path, "c:\\") == 0);
    PathStripPathA(set("c:\\a\\b.c"));
    CHECK(strcmp(path, "b.c") == 0);
    CHECK(PathStripToRootA(set("c:\\a\\b")) && strcmp(path, "c:\\") == 0);
    PathQuoteSpacesA(set("a b"));
    CHECK(strcmp(path, "\"a b\"") == 0);
    PathUnquoteSpacesA(path);
    CHECK(strcmp(path, "a b") == 0);
    PathRemoveBlanksA(set("  a b "));
    CHECK(strcmp(path, "a b") == 0);
    CHECK(strcmp(PathBuildRootA(path, 3), "D:\\") == 0);
}

static void strings(void)
{
    const char *text = "Hello, World";
    int number = 0;
    char *copy, small[6];

    CHECK(StrStrIA(text, "WORLD") == text + 7 && StrStrA(text, "WORLD") == NULL);
    CHECK(StrChrA(text, 'o') == text + 4 && StrRChrA(text, NULL, 'o') == text + 8);
    CHECK(StrChrIA(text, 'w') == text + 7);
    CHECK(StrCmpIA("abc", "ABC") == 0 && StrCmpIA("abc", "abd") < 0);
    CHECK(StrCmpNIA("abcx", "ABCy", 3) == 0 && StrCmpNA("abcx", "ABCy", 3) != 0);
    CHECK(StrToIntA("12x") == 12 && StrToIntA("-5") == -5 && StrToIntA("x") == 0);
    CHECK(StrToIntExA("0x1F", STIF_SUPPORT_HEX, &number) && number == 31);
    CHECK(!StrToIntExA("x", STIF_DEFAULT, &number));
    copy = StrDupA(text);
    CHECK(copy && strcmp(copy, text) == 0);
    CHECK(StrTrimA(copy, "Hd") && strcmp(copy, "ello, Worl") == 0);
    LocalFree(copy);
    CHECK(StrSpnA("aab", "a") == 2 && StrCSpnA("aab", "b") == 2);
    CHECK(strcmp(StrFormatByteSizeA(1340, path, MAX_PATH), "1.30 KB") == 0);
    CHECK(wnsprintfA(small, 6, "%d-%s", 42, "x") == 4 && strcmp(small, "42-x") == 0);
    CHECK(wnsprintfA(small, 6, "%s", "too long") < 0 && strcmp(small, "too l") == 0);
    CHECK(StrStrIW((const WCHAR *)u"a\u00C4b", (const WCHAR *)u"\u00E4B") != NULL);
}

static void urls(void)
{
    DWORD length = MAX_PATH;
    HRESULT result = UrlEscapeA("http://h/a b", path, &length, URL_ESCAPE_SPACES_ONLY);

    CHECK(result == S_OK && strcmp(path, "http://h/a%20b") == 0 && length == strlen(path));
    length = 3;
    CHECK(UrlEscapeA("http://h/a b", path, &length, 0) == E_POINTER && length == 15);
    length = MAX_PATH;
    CHECK(UrlUnescapeA(set("a%20b%2Fc"), NULL, NULL, URL_UNESCAPE_INPLACE) == S_OK);
    CHECK(strcmp(path, "a b/c") == 0);
}

int main(void)
{
    parts();
    changes();
    strings();
    urls();
    return FINISH();
}
