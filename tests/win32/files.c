/* Files: opening by the rules of share modes and dispositions, pointers, sizes, attributes, times, names. */
#include "check.h"

#define FOLDER "files.tmp"

static HANDLE file(const char *name, DWORD access, DWORD share, DWORD how, DWORD flags)
{
    return CreateFileA(name, access, share, NULL, how, flags, NULL);
}

static BOOL opens(const char *name, DWORD access, DWORD share, DWORD how)
{
    HANDLE handle = file(name, access, share, how, 0);
    DWORD code = GetLastError();
    if (handle != INVALID_HANDLE_VALUE) {
        CloseHandle(handle);
    }
    SetLastError(code);
    return handle != INVALID_HANDLE_VALUE;
}

static void write_file(const char *name, const char *text)
{
    DWORD count = 0;
    HANDLE handle = file(name, GENERIC_WRITE, 0, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL);
    CHECK(handle != INVALID_HANDLE_VALUE);
    CHECK(WriteFile(handle, text, (DWORD)strlen(text), &count, NULL) && count == strlen(text));
    CHECK(CloseHandle(handle));
}

static void dispositions(void)
{
    const char *name = FOLDER "\\disposition.txt";

    FAILS(ERROR_FILE_NOT_FOUND, opens(name, GENERIC_READ, 0, OPEN_EXISTING));
    FAILS(ERROR_PATH_NOT_FOUND, opens(FOLDER "\\none\\x", GENERIC_READ, 0, OPEN_EXISTING));
    FAILS(ERROR_PATH_NOT_FOUND, opens(FOLDER "\\none\\x", GENERIC_WRITE, 0, CREATE_ALWAYS));
    FAILS(ERROR_FILE_NOT_FOUND, opens(name, GENERIC_WRITE, 0, TRUNCATE_EXISTING));
    SetLastError(77);
    CHECK(opens(name, GENERIC_WRITE, 0, OPEN_ALWAYS) && GetLastError() == 0);
    SetLastError(77);
    CHECK(opens(name, GENERIC_WRITE, 0, OPEN_ALWAYS) && GetLastError() == ERROR_ALREADY_EXISTS);
    CHECK(opens(name, GENERIC_WRITE, 0, CREATE_ALWAYS) && GetLastError() == ERROR_ALREADY_EXISTS);
    FAILS(ERROR_FILE_EXISTS, opens(name, GENERIC_WRITE, 0, CREATE_NEW));
    FAILS(ERROR_INVALID_PARAMETER, opens(name, GENERIC_WRITE, 0, 9));
    FAILS(ERROR_INVALID_NAME, opens(FOLDER "\\a?b", GENERIC_WRITE, 0, CREATE_ALWAYS));
    FAILS(ERROR_INVALID_NAME, opens(FOLDER "\\a|b", GENERIC_READ, 0, OPEN_EXISTING));
    FAILS(ERROR_ACCESS_DENIED, opens(FOLDER, GENERIC_READ, 0, OPEN_EXISTING));
    CHECK(opens("NUL", GENERIC_WRITE, 0, OPEN_EXISTING));
    CHECK(opens(FOLDER "/DISPOSITION.TXT", GENERIC_READ, 0, OPEN_EXISTING));
    CHECK(opens(FOLDER "\\.\\x\\..\\disposition.txt. ", GENERIC_READ, 0, OPEN_EXISTING));
    CHECK(DeleteFileA(name));
}

static void share_modes(void)
{
    const char *name = FOLDER "\\shared.txt";
    HANDLE one, two;

    write_file(name, "kept");
    one = file(name, GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING, 0);
    CHECK(opens(name, GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING));
    FAILS(ERROR_SHARING_VIOLATION, opens(name, GENERIC_READ, FILE_SHARE_WRITE, OPEN_EXISTING));
    FAILS(ERROR_SHARING_VIOLATION, opens(name, GENERIC_WRITE, FILE_SHARE_READ, OPEN_EXISTING));
    FAILS(ERROR_SHARING_VIOLATION, opens(name, GENERIC_WRITE, FILE_SHARE_READ, CREATE_ALWAYS));
    CHECK(GetFileSize(one, NULL) == 4);
    CHECK(opens(name, FILE_READ_ATTRIBUTES, 0, OPEN_EXISTING));
    FAILS(ERROR_SHARING_VIOLATION, DeleteFileA(name));
    FAILS(ERROR_SHARING_VIOLATION, MoveFileA(name, FOLDER "\\other.txt"));
    /* The mode lasts as long as one handle does. */
    CHECK(DuplicateHandle(GetCurrentProcess(), one, GetCurrentProcess(), &two, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    CHECK(CloseHandle(one));
    FAILS(ERROR_SHARING_VIOLATION, DeleteFileA(name));
    CHECK(CloseHandle(two));
    one = file(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, OPEN_EXISTING, 0);
    CHECK(DeleteFileA(name));
    CHECK(CloseHandle(one));
    FAILS(ERROR_FILE_NOT_FOUND, DeleteFileA(name));

    one = file(name, GENERIC_WRITE | DELETE, FILE_SHARE_READ | FILE_SHARE_DELETE, CREATE_NEW,
               FILE_FLAG_DELETE_ON_CLOSE);
    CHECK(one != INVALID_HANDLE_VALUE);
    FAILS(ERROR_SHARING_VIOLATION,
          opens(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING));
    CHECK(GetFileAttributesA(name) != INVALID_FILE_ATTRIBUTES);
    CHECK(CloseHandle(one));
    FAILS(ERROR_FILE_NOT_FOUND, GetFileAttributesA(name) != INVALID_FILE_ATTRIBUTES);
}

static void pointers_and_sizes(void)
{
    const char *name = FOLDER "\\pointer.txt";
    HANDLE handle = file(name, GENERIC_READ | GENERIC_WRITE, 0, CREATE_ALWAYS, 0);
    LARGE_INTEGER distance, at, size;
    LONG high = 0;
    DWORD count, sizeHigh = 7;
    char text[16];
    OVERLAPPED where;

    CHECK(WriteFile(handle, "0123456789", 10, &count, NULL) && count == 10);
    CHECK(SetFilePointer(handle, 0, NULL, FILE_CURRENT) == 10);
    CHECK(SetFilePointer(handle, -3, NULL, FILE_END) == 7);
    CHECK(ReadFile(handle, text, 10, &count, NULL) && count == 3 && memcmp(text, "789", 3) == 0);
    CHECK(ReadFile(handle, text, 10, &count, NULL) && count == 0);
    FAILS(ERROR_NEGATIVE_SEEK,
          SetFilePointer(handle, -1, NULL, FILE_BEGIN) != INVALID_SET_FILE_POINTER);
    FAILS(ERROR_INVALID_PARAMETER,
          SetFilePointer(handle, 1, NULL, 9) != INVALID_SET_FILE_POINTER);
    high = 1;
    CHECK(SetFilePointer(handle, 5, &high, FILE_BEGIN) == 5 && high == 1);
    distance.QuadPart = 4;
    CHECK(SetFilePointerEx(handle, distance, &at, FILE_BEGIN) && at.QuadPart == 4);
    CHECK(SetEndOfFile(handle));
    CHECK(GetFileSizeEx(handle, &size) && size.QuadPart == 4);
    CHECK(GetFileSize(handle, &sizeHigh) == 4 && sizeHigh == 0);
    CHECK(GetFileType(handle) == FILE_TYPE_DISK);
    CHECK(FlushFileBuffers(handle));
    /* An OVERLAPPED on a synchronous handle: an offset, and the pointer follows. */
    memset(&where, 0, sizeof where);
    where.Offset = 1;
    CHECK(ReadFile(handle, text, 2, &count, &where) && count == 2 && memcmp(text, "12", 2) == 0);
    CHECK(SetFilePointer(handle, 0, NULL, FILE_CURRENT) == 3);
    where.Offset = 4;
    FAILS(ERROR_HANDLE_EOF, ReadFile(handle, text, 2, &count, &where));
    CHECK(CloseHandle(handle));
    FAILS(ERROR_INVALID_HANDLE, GetFileSizeEx(handle, &size));

    handle = file(name, FILE_APPEND_DATA, FILE_SHARE_READ, OPEN_EXISTING, 0);
    CHECK(WriteFile(handle, "ab", 2, &count, NULL) && count == 2);
    FAILS(ERROR_ACCESS_DENIED, ReadFile(handle, text, 1, &count, NULL));
    CHECK(CloseHandle(handle));
    handle = file(name, GENERIC_READ, 0, OPEN_EXISTING, 0);
    CHECK(ReadFile(handle, text, 10, &count, NULL) && count == 6 && memcmp(text, "0123ab", 6) == 0);
    FAILS(ERROR_ACCESS_DENIED, WriteFile(handle, "x", 1, &count, NULL));
    CHECK(!SetEndOfFile(handle) && (HTTPSYS_WINE || GetLastError() == ERROR_ACCESS_DENIED));
    CHECK(CloseHandle(handle));
    CHECK(DeleteFileA(name));
}

static void attributes_and_times(void)
{
    const WCHAR name[] = {'f', 'i', 'l', 'e', 's', '.', 't', 'm', 'p', '/', 0x00E4, '.', 't', 0};
    WIN32_FILE_ATTRIBUTE_DATA data;
    BY_HANDLE_FILE_INFORMATION about;
    FILE_STANDARD_INFO standard;
    FILE_BASIC_INFO basic;
    FILETIME time = {0x00010000, 0x01D00000}, back;
    HANDLE handle =
        CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD count;

    CHECK(WriteFile(handle, "12345", 5, &count, NULL));
    CHECK(SetFileTime(handle, NULL, NULL, &time));
    CHECK(GetFileTime(handle, NULL, NULL, &back));
    CHECK(memcmp(&time, &back, sizeof time) == 0);
    CHECK(GetFileInformationByHandle(handle, &about));
    CHECK(about.nFileSizeLow == 5 && about.nFileSizeHigh == 0 && about.nNumberOfLinks == 1);
    CHECK(about.dwFileAttributes == FILE_ATTRIBUTE_ARCHIVE);
    CHECK(GetFileInformationByHandleEx(handle, FileStandardInfo, &standard, sizeof standard));
    CHECK(standard.EndOfFile.QuadPart == 5 && !standard.Directory && !standard.DeletePending);
    CHECK(GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic));
    CHECK(basic.LastWriteTime.u.LowPart == time.dwLowDateTime);
    FAILS(ERROR_BAD_LENGTH, GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, 4));
    CHECK(CloseHandle(handle));
    CHECK(GetFileAttributesExW(name, GetFileExInfoStandard, &data));
    CHECK(data.nFileSizeLow == 5 && data.ftLastWriteTime.dwHighDateTime == time.dwHighDateTime);
    CHECK(SetFileAttributesW(name, FILE_ATTRIBUTE_READONLY));
    CHECK(GetFileAttributesW(name) & FILE_ATTRIBUTE_READONLY);
    FAILS(ERROR_ACCESS_DENIED, DeleteFileW(name));
    /* Wine lets root write. */
    if (!HTTPSYS_WINE) {
        FAILS(ERROR_ACCESS_DENIED, CreateFileW(name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
                                               NULL) != INVALID_HANDLE_VALUE);
    }
    CHECK(SetFileAttributesW(name, FILE_ATTRIBUTE_NORMAL));
    CHECK(DeleteFileW(name));
    FAILS(ERROR_FILE_NOT_FOUND, GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES);
    CHECK(GetFileAttributesA(FOLDER) & FILE_ATTRIBUTE_DIRECTORY);
    CHECK(GetFileAttributesA(FOLDER "\\") & FILE_ATTRIBUTE_DIRECTORY);
    FAILS(ERROR_FILE_NOT_FOUND, SetFileAttributesW(name, FILE_ATTRIBUTE_READONLY));
}

static void by_handle(void)
{
    const char *name = FOLDER "\\handle.txt";
    HANDLE handle = file(name, GENERIC_WRITE | DELETE, FILE_SHARE_READ, CREATE_ALWAYS, 0);
    FILE_DISPOSITION_INFO gone;
    FILE_END_OF_FILE_INFO end;
    union {
        FILE_RENAME_INFO info;
        char room[600];
    } rename;
    WCHAR full[MAX_PATH];
    DWORD length;
    const char *last;

    end.EndOfFile.QuadPart = 123;
    CHECK(SetFileInformationByHandle(handle, FileEndOfFileInfo, &end, sizeof end));
    CHECK(GetFileSize(handle, NULL) == 123);
    memset(&rename, 0, sizeof rename);
    length = GetFullPathNameW((const WCHAR *)u"files.tmp\\renamed.txt", 280,
                              rename.info.FileName, NULL);
    CHECK(length > 0 && length < 280);
    rename.info.FileNameLength = length * sizeof(WCHAR);
    CHECK(SetFileInformationByHandle(handle, FileRenameInfo, &rename, sizeof rename));
    FAILS(ERROR_FILE_NOT_FOUND, GetFileAttributesA(name) != INVALID_FILE_ATTRIBUTES);
    length = GetFinalPathNameByHandleW(handle, full, MAX_PATH, 0);
    CHECK(length > 20 && length < MAX_PATH && full[0] == '\\' && full[2] == '?' && full[5] == ':');
    CHECK(length > 20 && full[length - 5] == 'd' && full[length] == 0);
    CHECK(GetFinalPathNameByHandleW(handle, full, 3, 0) == length + 1);
    gone.DeleteFile = TRUE;
    CHECK(SetFileInformationByHandle(handle, FileDispositionInfo, &gone, sizeof gone));
    CHECK(CloseHandle(handle));
    last = FOLDER "\\renamed.txt";
    FAILS(ERROR_FILE_NOT_FOUND, GetFileAttributesA(last) != INVALID_FILE_ATTRIBUTES);
}

static DWORD WINAPI progress(LARGE_INTEGER size, LARGE_INTEGER done, LARGE_INTEGER streamSize,
                             LARGE_INTEGER streamDone, DWORD stream, DWORD reason, HANDLE source,
                             HANDLE target, LPVOID data)
{
    (void)streamSize, (void)streamDone, (void)stream, (void)source, (void)target, (void)reason;
    CHECK(size.QuadPart == 4 && done.QuadPart <= 4);
    ++*(int *)data;
    return PROGRESS_CONTINUE;
}

static void moved_and_copied(void)
{
    const char *one = FOLDER "\\one.txt", *two = FOLDER "\\two.txt";
    int calls = 0;
    HANDLE open;

    write_file(one, "1111");
    write_file(two, "22");
    FAILS(ERROR_ALREADY_EXISTS, MoveFileA(one, two));
    FAILS(ERROR_FILE_NOT_FOUND, MoveFileA(FOLDER "\\none", two));
    FAILS(ERROR_PATH_NOT_FOUND, MoveFileA(one, FOLDER "\\none\\x"));
    CHECK(MoveFileExA(one, two, MOVEFILE_REPLACE_EXISTING));
    FAILS(ERROR_FILE_NOT_FOUND, DeleteFileA(one));
    FAILS(ERROR_FILE_EXISTS, CopyFileA(two, two, TRUE));
    FAILS(ERROR_SHARING_VIOLATION, CopyFileA(two, two, FALSE));
    FAILS(ERROR_FILE_NOT_FOUND, CopyFileA(one, two, FALSE));
    CHECK(CopyFileA(two, one, TRUE));
    CHECK(CopyFileExA(two, one, progress, &calls, NULL, 0));
    CHECK(HTTPSYS_WINE || calls >= 1);
    FAILS(ERROR_FILE_EXISTS, CopyFileA(two, one, TRUE));
    open = file(one, GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING, 0);
    CHECK(GetFileSize(open, NULL) == 4);
    FAILS(ERROR_SHARING_VIOLATION, CopyFileA(two, one, FALSE));
    CHECK(CloseHandle(open));
    CHECK(CreateHardLinkA(FOLDER "\\link.txt", one, NULL));
    FAILS(ERROR_ALREADY_EXISTS, CreateHardLinkA(FOLDER "\\link.txt", one, NULL));
    CHECK(ReplaceFileA(one, two, FOLDER "\\backup.txt", 0, NULL, NULL));
    FAILS(ERROR_FILE_NOT_FOUND, DeleteFileA(two));
    CHECK(DeleteFileA(FOLDER "\\backup.txt") && DeleteFileA(FOLDER "\\link.txt"));
    CHECK(DeleteFileA(one));
}

static void locked_ranges(void)
{
    const char *name = FOLDER "\\locked.txt";
    DWORD all = FILE_SHARE_READ | FILE_SHARE_WRITE, count;
    HANDLE one, two;
    OVERLAPPED at;
    char text[8];

    write_file(name, "0123456789");
    one = file(name, GENERIC_READ | GENERIC_WRITE, all, OPEN_EXISTING, 0);
    two = file(name, GENERIC_READ | GENERIC_WRITE, all, OPEN_EXISTING, 0);
    memset(&at, 0, sizeof at);
    at.Offset = 2;
    CHECK(LockFileEx(one, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 3, 0, &at));
    FAILS(ERROR_LOCK_VIOLATION, LockFileEx(two, LOCKFILE_FAIL_IMMEDIATELY, 0, 3, 0, &at));
    FAILS(ERROR_LOCK_VIOLATION, LockFile(two, 4, 0, 9, 0));
    CHECK(LockFile(two, 5, 0, 9, 0));
    CHECK(ReadFile(two, text, 2, &count, NULL) && count == 2);
    /* Under Wine ranges keep nobody from reading, and another range to unlock is 33. */
    if (!HTTPSYS_WINE) {
        FAILS(ERROR_LOCK_VIOLATION, ReadFile(two, text, 2, &count, NULL));
        FAILS(ERROR_LOCK_VIOLATION, WriteFile(two, text, 2, &count, NULL));
        FAILS(ERROR_NOT_LOCKED, UnlockFileEx(one, 0, 2, 0, &at));
    }
    CHECK(UnlockFileEx(one, 0, 3, 0, &at));
    CHECK(ReadFile(two, text, 2, &count, NULL) && count == 2);
    CHECK(LockFileEx(one, 0, 0, 3, 0, &at));
    CHECK(LockFileEx(two, 0, 0, 3, 0, &at));
    CHECK(CloseHandle(two));
    CHECK(UnlockFile(one, 2, 0, 3, 0));
    CHECK(LockFile(one, 0, 0, 100, 0));
    CHECK(CloseHandle(one));
    CHECK(DeleteFileA(name));
}

static void pipes(void)
{
    HANDLE from, to;
    DWORD count, there = 9;
    char text[8];

    CHECK(CreatePipe(&from, &to, NULL, 0));
    CHECK(GetFileType(from) == FILE_TYPE_PIPE);
    CHECK(PeekNamedPipe(from, NULL, 0, NULL, &there, NULL) && there == 0);
    CHECK(WriteFile(to, "abc", 3, &count, NULL) && count == 3);
    CHECK(PeekNamedPipe(from, NULL, 0, NULL, &there, NULL) && there == 3);
    CHECK(ReadFile(from, text, 8, &count, NULL) && count == 3);
    CHECK(CloseHandle(to));
    FAILS(ERROR_BROKEN_PIPE, ReadFile(from, text, 8, &count, NULL));
    FAILS(ERROR_BROKEN_PIPE, PeekNamedPipe(from, NULL, 0, NULL, &there, NULL));
    CHECK(CloseHandle(from));
    CHECK(CreatePipe(&from, &to, NULL, 0));
    CHECK(CloseHandle(from));
    /* The page of WriteFile says 109; Windows is known to say 232, too. */
    CHECK(!WriteFile(to, "abc", 3, &count, NULL));
    CHECK(GetLastError() == ERROR_BROKEN_PIPE || GetLastError() == ERROR_NO_DATA);
    CHECK(CloseHandle(to));
}

int main(void)
{
    CreateDirectoryA(FOLDER, NULL);
    dispositions();
    share_modes();
    pointers_and_sizes();
    attributes_and_times();
    by_handle();
    moved_and_copied();
    locked_ranges();
    pipes();
    CHECK(RemoveDirectoryA(FOLDER));
    return FINISH();
}
