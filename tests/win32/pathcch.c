/* The path functions of pathcch. */
#include "check.h"
#include <pathcch.h>
#include <wchar.h>

#define WIDE(text) ((const WCHAR *)u##text)

static WCHAR path[MAX_PATH];

static BOOL is(const WCHAR *text)
{
    int at = 0;

    while (path[at] && path[at] == text[at]) {
        at++;
    }
    return path[at] == text[at];
}

static PWSTR set(const WCHAR *text)
{
    int at = 0;

    do {
        path[at] = text[at];
    } while (text[at++]);
    return path;
}

int main(void)
{
    const WCHAR *found = NULL;

    CHECK(PathCchCombine(path, MAX_PATH, WIDE("C:\\a"), WIDE("..\\b")) == S_OK);
    CHECK(is(WIDE("C:\\b")));
    CHECK(PathCchAppend(set(WIDE("C:\\a")), MAX_PATH, WIDE("\\b")) == S_OK);
    CHECK(is(WIDE("C:\\a\\b")));
    CHECK(PathCchAppend(path, 8, WIDE("too long")) != S_OK);
    CHECK(PathCchCanonicalize(path, MAX_PATH, WIDE("C:\\a\\.\\b\\..\\c")) == S_OK);
    CHECK(is(WIDE("C:\\a\\c")));
    CHECK(PathCchRemoveFileSpec(path, MAX_PATH) == S_OK && is(WIDE("C:\\a")));
    CHECK(PathCchRemoveFileSpec(path, MAX_PATH) == S_OK && is(WIDE("C:\\")));
    CHECK(PathCchRemoveFileSpec(path, MAX_PATH) == S_FALSE && PathCchIsRoot(path));
    CHECK(PathCchAddBackslash(set(WIDE("a")), MAX_PATH) == S_OK && is(WIDE("a\\")));
    CHECK(PathCchAddBackslash(path, MAX_PATH) == S_FALSE);
    CHECK(PathCchRemoveBackslash(path, MAX_PATH) == S_OK && is(WIDE("a")));
    CHECK(PathCchRemoveBackslash(path, MAX_PATH) == S_FALSE);
    CHECK(PathCchAddExtension(path, MAX_PATH, WIDE("x")) == S_OK && is(WIDE("a.x")));
    CHECK(PathCchAddExtension(path, MAX_PATH, WIDE("y")) == S_FALSE);
    CHECK(PathCchRenameExtension(path, MAX_PATH, WIDE(".y")) == S_OK && is(WIDE("a.y")));
    CHECK(PathCchFindExtension(path, MAX_PATH, &found) == S_OK && found == path + 1);
    CHECK(PathCchRemoveExtension(path, MAX_PATH) == S_OK && is(WIDE("a")));
    CHECK(PathCchRemoveExtension(path, MAX_PATH) == S_FALSE);
    CHECK(PathCchStripToRoot(set(WIDE("C:\\a\\b")), MAX_PATH) == S_OK && is(WIDE("C:\\")));
    CHECK(PathCchStripToRoot(set(WIDE("a")), MAX_PATH) == E_INVALIDARG);
    CHECK(PathCchSkipRoot(set(WIDE("C:\\a")), &found) == S_OK && found == path + 3);
    CHECK(PathCchCombine(NULL, MAX_PATH, path, path) == E_INVALIDARG);
    return FINISH();
}
