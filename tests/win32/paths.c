/* Paths: full names, the current directory, directories made and removed, drives. */
#include "check.h"

#define FOLDER "paths.tmp"

static const char *full(const char *name)
{
    static char text[MAX_PATH];
    DWORD length = GetFullPathNameA(name, MAX_PATH, text, NULL);
    CHECK(length > 0 && length == strlen(text));
    return text;
}

static void full_names(void)
{
    char here[MAX_PATH], text[MAX_PATH], *part = NULL;
    DWORD length = GetCurrentDirectoryA(MAX_PATH, here);
    WCHAR wide[4];

    CHECK(length == strlen(here) && here[1] == ':' && here[2] == '\\');
    CHECK(GetCurrentDirectoryA(3, text) == length + 1);
    CHECK(GetCurrentDirectoryW(0, NULL) == length + 1);
    CHECK(strcmp(full("C:\\a\\..\\b\\"), "C:\\b\\") == 0);
    CHECK(strcmp(full("C:/a/./b"), "C:\\a\\b") == 0);
    CHECK(strcmp(full("C:\\..\\x. ."), "C:\\x") == 0);
    CHECK(strcmp(full("\\\\server\\share\\a\\..\\b"), "\\\\server\\share\\b") == 0);
    CHECK(strcmp(full("."), here) == 0);
    sprintf(text, "%s\\file.txt", here);
    CHECK(strcmp(full("sub\\..\\file.txt"), text) == 0);
    CHECK(GetFullPathNameA("x\\file.txt", MAX_PATH, text, &part) > 0);
    CHECK(part && strcmp(part, "file.txt") == 0);
    CHECK(GetFullPathNameA("C:\\x\\", MAX_PATH, text, &part) == 5 && part == NULL);
    CHECK(GetFullPathNameW((const WCHAR *)u"C:\\abc", 4, wide, NULL) == 7);
}

static void directories(void)
{
    char before[MAX_PATH], now[MAX_PATH], name[MAX_PATH];
    UINT number;

    CHECK(CreateDirectoryA(FOLDER, NULL));
    FAILS(ERROR_ALREADY_EXISTS, CreateDirectoryA(FOLDER, NULL));
    FAILS(ERROR_PATH_NOT_FOUND, CreateDirectoryA(FOLDER "\\a\\b", NULL));
    CHECK(GetCurrentDirectoryA(MAX_PATH, before));
    CHECK(SetCurrentDirectoryA(FOLDER));
    CHECK(GetCurrentDirectoryA(MAX_PATH, now));
    CHECK(strncmp(before, now, strlen(before)) == 0);
    CHECK(strcmp(now + strlen(now) - strlen("\\" FOLDER), "\\" FOLDER) == 0);
    FAILS(ERROR_FILE_NOT_FOUND, SetCurrentDirectoryA("none"));
    CHECK(SetCurrentDirectoryA(".."));

    number = GetTempFileNameA(FOLDER, "abcd", 0, name);
    CHECK(number != 0 && strncmp(name, FOLDER "\\abc", strlen(FOLDER) + 4) == 0);
    CHECK(GetFileAttributesA(name) != INVALID_FILE_ATTRIBUTES);
    FAILS(ERROR_DIR_NOT_EMPTY, RemoveDirectoryA(FOLDER));
    FAILS(ERROR_DIRECTORY, RemoveDirectoryA(name));
    CHECK(SearchPathA(FOLDER, strrchr(name, '\\') + 1, NULL, MAX_PATH, now, NULL) > 0);
    FAILS(ERROR_FILE_NOT_FOUND, SearchPathA(FOLDER, "none", ".txt", MAX_PATH, now, NULL));
    CHECK(GetLongPathNameA(name, now, MAX_PATH) == strlen(name));
    CHECK(DeleteFileA(name));
    FAILS(ERROR_FILE_NOT_FOUND, GetLongPathNameA(name, now, MAX_PATH));
    CHECK(GetTempFileNameA(FOLDER, "x", 0x15, name) == 0x15);
    CHECK(strcmp(name, FOLDER "\\x15.tmp") == 0);
    FAILS(ERROR_FILE_NOT_FOUND, DeleteFileA(name));
    FAILS(ERROR_FILE_NOT_FOUND, RemoveDirectoryA(FOLDER "\\none"));
    CHECK(RemoveDirectoryA(FOLDER "\\"));
    FAILS(ERROR_FILE_NOT_FOUND, RemoveDirectoryA(FOLDER));
}

static void places(void)
{
    char text[MAX_PATH];
    WCHAR wide[MAX_PATH];
    DWORD length = GetTempPathA(MAX_PATH, text);

    CHECK(length > 3 && length == strlen(text) && text[length - 1] == '\\');
    CHECK(GetFileAttributesA(text) & FILE_ATTRIBUTE_DIRECTORY);
    CHECK(GetTempPathW(2, wide) == length + 1);
    CHECK(GetWindowsDirectoryA(text, MAX_PATH) > 3 && text[1] == ':');
    length = GetSystemDirectoryA(text, MAX_PATH);
    CHECK(length > 8 && text[length - 9] == '\\');
}

static void drives(void)
{
    ULARGE_INTEGER available, total, rest;
    DWORD serial = 0, longest = 0, flags = 0, a, b, c, d;
    char kind[16], label[16];

    CHECK(GetLogicalDrives() & 4);
    CHECK(GetDriveTypeA("C:\\") == DRIVE_FIXED);
    CHECK(GetDriveTypeA("Q:\\") == DRIVE_NO_ROOT_DIR);
    CHECK(GetDiskFreeSpaceExA("C:\\", &available, &total, &rest));
    CHECK(total.QuadPart >= rest.QuadPart && rest.QuadPart >= available.QuadPart);
    CHECK(GetDiskFreeSpaceExA(NULL, NULL, NULL, &rest));
    CHECK(GetDiskFreeSpaceA("C:\\", &a, &b, &c, &d) && b >= 512 && a > 0);
    CHECK(GetVolumeInformationA("C:\\", label, 16, &serial, &longest, &flags, kind, 16));
    CHECK(longest == 255 && (flags & FILE_CASE_PRESERVED_NAMES));
    CHECK(GetLogicalDriveStringsA(0, NULL) >= 5);
    CHECK(GetFileAttributesA("Q:\\x") == INVALID_FILE_ATTRIBUTES);
    CHECK(HTTPSYS_WINE || GetLastError() == ERROR_PATH_NOT_FOUND);
}

int main(void)
{
    full_names();
    directories();
    places();
    drives();
    return FINISH();
}
