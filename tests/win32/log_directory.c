/* The directory of an access log, which programs for Windows name with its drive letter. Not for Wine,
 * whose HTTP Server API writes no logs. */
#include <http.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "check.h"

static ULONG set(HTTP_URL_GROUP_ID group, const WCHAR *directory)
{
    HTTP_LOGGING_INFO info;

    memset(&info, 0, sizeof(info));
    info.Flags.Present = 1;
    info.DirectoryName = directory;
    info.DirectoryNameLength = (USHORT)(wcslen(directory) * sizeof(WCHAR));
    info.Format = HttpLoggingTypeNCSA;
    info.RolloverType = HttpLoggingRolloverDaily;
    return HttpSetUrlGroupProperty(group, HttpServerLoggingProperty, &info, sizeof(info));
}

int main(void)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    WCHAR directory[MAX_PATH];
    DWORD length;

    CHECK(HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL) == NO_ERROR);
    CHECK(HttpCreateServerSession(version, &session, 0) == NO_ERROR);
    CHECK(HttpCreateUrlGroup(session, &group, 0) == NO_ERROR);

    length = GetCurrentDirectoryW(MAX_PATH - 16, directory);
    CHECK(length > 3 && length < MAX_PATH - 16);
    CHECK(directory[1] == L':');
    wcscat(directory, L"\\Logs Here");
    CHECK(set(group, directory) == NO_ERROR);
    CHECK(GetFileAttributesW(directory) & FILE_ATTRIBUTE_DIRECTORY);
    CHECK(GetFileAttributesW(directory) != INVALID_FILE_ATTRIBUTES);

    CHECK(set(group, L"logs") == ERROR_INVALID_PARAMETER);
    CHECK(set(group, L"C:logs") == ERROR_INVALID_PARAMETER);
    CHECK(set(group, L"\\logs") == ERROR_INVALID_PARAMETER);
    CHECK(set(group, L"\\\\server\\share") == ERROR_INVALID_PARAMETER);

    CHECK(HttpCloseServerSession(session) == NO_ERROR);
    CHECK(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL) == NO_ERROR);
    RemoveDirectoryW(directory);
    return FINISH();
}
