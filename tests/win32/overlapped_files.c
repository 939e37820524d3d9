/* Overlapped reads and writes of files: events, completion ports, procedure calls, cancellation. */
#include "check.h"

#define NAME "overlapped.tmp"

static HANDLE open_file(void)
{
    return CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                       OPEN_ALWAYS, FILE_FLAG_OVERLAPPED, NULL);
}

/* An operation that began: the bytes it moved, or the code it ended with, negative. */
static long end_of(HANDLE file, BOOL began, OVERLAPPED *operation)
{
    DWORD count = 0;

    if (!began && GetLastError() != ERROR_IO_PENDING) {
        return -(long)GetLastError();
    }
    return GetOverlappedResult(file, operation, &count, TRUE) ? (long)count : -(long)GetLastError();
}

static void with_an_event(void)
{
    HANDLE file = open_file();
    OVERLAPPED operation;
    char text[16];
    DWORD count;

    memset(&operation, 0, sizeof operation);
    operation.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    CHECK(end_of(file, WriteFile(file, "0123456789", 10, NULL, &operation), &operation) == 10);
    CHECK(WaitForSingleObject(operation.hEvent, 0) == WAIT_OBJECT_0);
    operation.Offset = 4;
    CHECK(end_of(file, ReadFile(file, text, 3, NULL, &operation), &operation) == 3);
    CHECK(memcmp(text, "456", 3) == 0 && operation.InternalHigh == 3 && operation.Internal == 0);
    operation.Offset = 8;
    CHECK(end_of(file, ReadFile(file, text, 16, NULL, &operation), &operation) == 2);
    operation.Offset = 10;
    CHECK(end_of(file, ReadFile(file, text, 1, NULL, &operation), &operation) == -ERROR_HANDLE_EOF);
    operation.Offset = operation.OffsetHigh = 0xFFFFFFFFu;
    CHECK(end_of(file, WriteFile(file, "ab", 2, NULL, &operation), &operation) == 2);
    CHECK(GetFileSize(file, NULL) == 12);
    FAILS(ERROR_INVALID_PARAMETER, ReadFile(file, text, 1, &count, NULL));
    CHECK(CloseHandle(operation.hEvent));
    CHECK(CloseHandle(file));
}

static void with_a_port(void)
{
    HANDLE file = open_file(), port = CreateIoCompletionPort(file, NULL, 42, 0);
    OVERLAPPED operations[8], *which;
    char text[8][4];
    ULONG_PTR key;
    DWORD count;
    int i, seen = 0;

    CHECK(port != NULL);
    memset(operations, 0, sizeof operations);
    for (i = 0; i < 8; i++) {
        operations[i].Offset = (DWORD)i;
        CHECK(ReadFile(file, text[i], 2, NULL, &operations[i]) ||
              GetLastError() == ERROR_IO_PENDING);
    }
    /* One packet each, whether it ended at once or later. */
    for (i = 0; i < 8; i++) {
        CHECK(GetQueuedCompletionStatus(port, &count, &key, &which, 10000));
        CHECK(key == 42 && count == 2 && which >= operations && which < operations + 8);
        CHECK(text[which - operations][0] == '0' + (which - operations));
        seen |= 1 << (which - operations);
    }
    CHECK(seen == 0xFF);
    FAILS(WAIT_TIMEOUT, GetQueuedCompletionStatus(port, &count, &key, &which, 0));

    /* With the skip mode one that ended at once has none. */
    CHECK(SetFileCompletionNotificationModes(file, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    operations[0].Offset = 0;
    if (!ReadFile(file, text[0], 2, NULL, &operations[0])) {
        CHECK(GetLastError() == ERROR_IO_PENDING);
        CHECK(GetQueuedCompletionStatus(port, &count, &key, &which, 10000) && count == 2);
    }
    FAILS(WAIT_TIMEOUT, GetQueuedCompletionStatus(port, &count, &key, &which, 0));
    /* The file may be closed while an operation runs. */
    operations[1].Offset = 0;
    if (WriteFile(file, "01", 2, NULL, &operations[1])) {
        CHECK(CloseHandle(file));
    } else {
        CHECK(GetLastError() == ERROR_IO_PENDING);
        CHECK(CloseHandle(file));
        CHECK(GetQueuedCompletionStatus(port, &count, &key, &which, 10000));
        CHECK(which == &operations[1] && count == 2);
    }
    CHECK(CloseHandle(port));
}

static DWORD called_with[2], calls;

static void CALLBACK called(DWORD code, DWORD bytes, LPOVERLAPPED operation)
{
    called_with[0] = code;
    called_with[1] = bytes;
    CHECK(operation->hEvent == (HANDLE)77);
    calls++;
}

static void with_a_procedure_call(void)
{
    HANDLE file = open_file();
    OVERLAPPED operation;
    char text[8];

    memset(&operation, 0, sizeof operation);
    operation.hEvent = (HANDLE)77;
    operation.Offset = 1;
    CHECK(ReadFileEx(file, text, 4, &operation, called));
    CHECK(calls == 0);
    while (calls == 0) {
        CHECK(SleepEx(10000, TRUE) == WAIT_IO_COMPLETION);
    }
    CHECK(calls == 1 && called_with[0] == 0 && called_with[1] == 4);
    CHECK(memcmp(text, "1234", 4) == 0);
    CHECK(WriteFileEx(file, "zz", 2, &operation, called));
    while (calls == 1) {
        CHECK(SleepEx(10000, TRUE) == WAIT_IO_COMPLETION);
    }
    CHECK(called_with[1] == 2);
    CHECK(CloseHandle(file));
}

static void locks_that_wait(void)
{
    HANDLE one = open_file(), two = open_file();
    OVERLAPPED first, second;
    DWORD count;

    memset(&first, 0, sizeof first);
    memset(&second, 0, sizeof second);
    second.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    CHECK(LockFileEx(one, LOCKFILE_EXCLUSIVE_LOCK, 0, 4, 0, &first) ||
          GetLastError() == ERROR_IO_PENDING);
    if (!HTTPSYS_WINE) {
        FAILS(ERROR_IO_PENDING, LockFileEx(two, LOCKFILE_EXCLUSIVE_LOCK, 0, 4, 0, &second));
        CHECK(WaitForSingleObject(second.hEvent, 0) == WAIT_TIMEOUT);
        CHECK(UnlockFileEx(one, 0, 4, 0, &first));
        CHECK(GetOverlappedResult(two, &second, &count, TRUE));
        /* And one that is cancelled. */
        FAILS(ERROR_IO_PENDING, LockFileEx(one, LOCKFILE_EXCLUSIVE_LOCK, 0, 4, 0, &first));
        CHECK(CancelIoEx(one, &first));
        FAILS(ERROR_OPERATION_ABORTED, GetOverlappedResult(one, &first, &count, TRUE));
        FAILS(ERROR_NOT_FOUND, CancelIoEx(one, NULL));
    }
    CHECK(CloseHandle(second.hEvent) && CloseHandle(one) && CloseHandle(two));
}

int main(void)
{
    DeleteFileA(NAME);
    with_an_event();
    with_a_port();
    with_a_procedure_call();
    locks_that_wait();
    CHECK(DeleteFileA(NAME));
    return FINISH();
}
