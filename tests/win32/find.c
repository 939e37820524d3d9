/* FindFirstFile: patterns, order, what is told of each entry, the end. */
#include "check.h"

#define FOLDER "find.tmp"

static void make(const char *name)
{
    HANDLE file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD count;
    CHECK(WriteFile(file, "12345", 5, &count, NULL));
    CHECK(CloseHandle(file));
}

/* The names that match, without the dots, each followed by a blank. */
static const char *names(const char *pattern)
{
    static char all[512];
    WIN32_FIND_DATAA found;
    HANDLE search = FindFirstFileA(pattern, &found);

    all[0] = 0;
    if (search == INVALID_HANDLE_VALUE) {
        return "none";
    }
    do {
        if (strcmp(found.cFileName, ".") != 0 && strcmp(found.cFileName, "..") != 0) {
            strcat(all, found.cFileName);
            strcat(all, " ");
        }
    } while (FindNextFileA(search, &found));
    CHECK(GetLastError() == ERROR_NO_MORE_FILES);
    CHECK(FindClose(search));
    return all;
}

static void patterns(void)
{
    CHECK(strcmp(names(FOLDER "\\*"), "a.txt b.html Bc.txt noext sub ") == 0);
    CHECK(strcmp(names(FOLDER "/*.*"), "a.txt b.html Bc.txt noext sub ") == 0);
    CHECK(strcmp(names(FOLDER "\\*.txt"), "a.txt Bc.txt ") == 0);
    CHECK(strcmp(names(FOLDER "\\b*"), "b.html Bc.txt ") == 0);
    CHECK(strcmp(names(FOLDER "\\?.txt"), "a.txt ") == 0);
    /* For Wine ? is always one character, and a dot at the end of a pattern one of the name. */
    if (!HTTPSYS_WINE) {
        CHECK(strcmp(names(FOLDER "\\??.txt"), "a.txt Bc.txt ") == 0);
        CHECK(strcmp(names(FOLDER "\\*."), "noext sub ") == 0);
    }
    CHECK(strcmp(names(FOLDER "\\A.TXT"), "a.txt ") == 0);
    CHECK(strcmp(names(FOLDER), FOLDER " ") == 0);
    CHECK(strcmp(names(FOLDER "\\sub\\*"), "") == 0);
}

static void entries(void)
{
    WIN32_FIND_DATAW found;
    WIN32_FIND_DATAA data;
    HANDLE search = FindFirstFileW((const WCHAR *)u"find.tmp\\*", &found);
    int directories = 0, files = 0;

    CHECK(search != INVALID_HANDLE_VALUE);
    CHECK(found.cFileName[0] == '.' && found.cFileName[1] == 0);
    do {
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) {
            directories++;
        } else {
            files++;
            CHECK(found.nFileSizeLow == 5 && found.nFileSizeHigh == 0);
            CHECK(found.dwFileAttributes == FILE_ATTRIBUTE_ARCHIVE);
            CHECK(found.ftLastWriteTime.dwHighDateTime > 0x01D00000);
        }
    } while (FindNextFileW(search, &found));
    CHECK(directories == 3 && files == 4);
    FAILS(ERROR_NO_MORE_FILES, FindNextFileW(search, &found));
    CHECK(FindClose(search));
    /* Where search handles are addresses this is not to be tried. */
    if (!HTTPSYS_WINE) {
        FAILS(ERROR_INVALID_HANDLE, FindClose(search));
    }

    search = FindFirstFileExA(FOLDER "\\a*", FindExInfoBasic, &data, FindExSearchNameMatch, NULL,
                              FIND_FIRST_EX_LARGE_FETCH);
    CHECK(search != INVALID_HANDLE_VALUE && strcmp(data.cFileName, "a.txt") == 0);
    CHECK(data.cAlternateFileName[0] == 0);
    CHECK(FindClose(search));
}

static void refusals(void)
{
    WIN32_FIND_DATAA data;

    FAILS(ERROR_FILE_NOT_FOUND, FindFirstFileA(FOLDER "\\*.none", &data) != INVALID_HANDLE_VALUE);
    FAILS(ERROR_FILE_NOT_FOUND, FindFirstFileA(FOLDER "\\none", &data) != INVALID_HANDLE_VALUE);
    FAILS(ERROR_PATH_NOT_FOUND, FindFirstFileA(FOLDER "\\no\\*", &data) != INVALID_HANDLE_VALUE);
    CHECK(FindFirstFileA(FOLDER "\\", &data) == INVALID_HANDLE_VALUE);
    FAILS(ERROR_INVALID_HANDLE, FindNextFileA(NULL, &data));
    FAILS(ERROR_INVALID_HANDLE, FindClose(INVALID_HANDLE_VALUE));
}

int main(void)
{
    CHECK(CreateDirectoryA(FOLDER, NULL));
    CHECK(CreateDirectoryA(FOLDER "\\sub", NULL));
    make(FOLDER "\\Bc.txt");
    make(FOLDER "\\a.txt");
    make(FOLDER "\\b.html");
    make(FOLDER "\\noext");
    patterns();
    entries();
    refusals();
    FAILS(ERROR_DIR_NOT_EMPTY, RemoveDirectoryA(FOLDER));
    CHECK(DeleteFileA(FOLDER "\\Bc.txt") && DeleteFileA(FOLDER "\\a.txt"));
    CHECK(DeleteFileA(FOLDER "\\b.html") && DeleteFileA(FOLDER "\\noext"));
    CHECK(RemoveDirectoryA(FOLDER "\\sub"));
    CHECK(RemoveDirectoryA(FOLDER));
    return FINISH();
}
