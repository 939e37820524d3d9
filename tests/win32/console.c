/* Standard handles, modules, the command line and the environment, as programs use them at their start.
 */
#include "check.h"
#include <shellapi.h>
#include <string.h>

static void standard_handles(void)
{
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE), error = GetStdHandle(STD_ERROR_HANDLE);
    DWORD written = 0, mode = 0;

    CHECK(out && out != INVALID_HANDLE_VALUE && out == GetStdHandle(STD_OUTPUT_HANDLE));
    CHECK(error && error != INVALID_HANDLE_VALUE);
    CHECK(WriteFile(out, "to standard output\n", 19, &written, NULL) && written == 19);
    CHECK(GetStdHandle(7) == INVALID_HANDLE_VALUE && GetLastError() == ERROR_INVALID_HANDLE);
    FAILS(ERROR_INVALID_HANDLE, SetStdHandle(7, out));
    CHECK(SetStdHandle(STD_ERROR_HANDLE, out) && GetStdHandle(STD_ERROR_HANDLE) == out);
    CHECK(SetStdHandle(STD_ERROR_HANDLE, error));
    /* The tests give a pipe, which is no console. */
    FAILS(ERROR_INVALID_HANDLE, GetConsoleMode(out, &mode));
    FAILS(ERROR_INVALID_HANDLE, WriteConsoleA(out, "x", 1, &written, NULL));
    CHECK(SetConsoleOutputCP(CP_UTF8) || GetLastError() != 0);
}

static BOOL WINAPI ignored(DWORD event)
{
    (void)event;
    return FALSE;
}

static BOOL WINAPI other(DWORD event)
{
    return event == 77;
}

static volatile LONG c_events, break_events;
static HANDLE seen;
static DWORD handler_thread;

static BOOL WINAPI taken(DWORD event)
{
    if (event == CTRL_C_EVENT) {
        InterlockedIncrement(&c_events);
    } else if (event == CTRL_BREAK_EVENT) {
        InterlockedIncrement(&break_events);
    } else {
        return FALSE;
    }
    handler_thread = GetCurrentThreadId();
    SetEvent(seen);
    return TRUE;
}

static void control_handlers(void)
{
    CHECK(SetConsoleCtrlHandler(taken, TRUE));
    CHECK(SetConsoleCtrlHandler(ignored, TRUE));
    CHECK(SetConsoleCtrlHandler(ignored, TRUE));
    FAILS(ERROR_INVALID_PARAMETER, SetConsoleCtrlHandler(other, FALSE));
    CHECK(SetConsoleCtrlHandler(ignored, FALSE) && SetConsoleCtrlHandler(ignored, FALSE));
    FAILS(ERROR_INVALID_PARAMETER, SetConsoleCtrlHandler(ignored, FALSE));
    CHECK(!GenerateConsoleCtrlEvent(99, 0));
    CHECK(SetConsoleCtrlHandler(NULL, TRUE) && SetConsoleCtrlHandler(NULL, FALSE));
    seen = CreateEventA(NULL, FALSE, FALSE, NULL);
    /* Where there is no console, there is nobody to send it to. */
    if (GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0)) {
        CHECK(WaitForSingleObject(seen, 30000) == WAIT_OBJECT_0 && c_events == 1);
        CHECK(handler_thread != GetCurrentThreadId());
        CHECK(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0));
        CHECK(WaitForSingleObject(seen, 30000) == WAIT_OBJECT_0 && break_events == 1);
    }
    CHECK(SetConsoleCtrlHandler(taken, FALSE));
    CloseHandle(seen);
}

typedef DWORD(WINAPI *get_id)(void);
typedef ULONGLONG(WINAPI *get_ticks)(void);

static int variable;

static void modules(void)
{
    WCHAR wide[1024], again[1024];
    char path[1024], small[8];
    HMODULE kernel = GetModuleHandleW(L"KERNEL32"), found = NULL;
    DWORD length;
    FARPROC address;

    CHECK(kernel && kernel == GetModuleHandleA("kernel32.dll"));
    CHECK(LoadLibraryA("kernel32.dll") == kernel && FreeLibrary(kernel));
    address = GetProcAddress(kernel, "GetCurrentThreadId");
    CHECK(address && ((get_id)(void *)address)() == GetCurrentThreadId());
    address = GetProcAddress(kernel, "GetTickCount64");
    CHECK(address && ((get_ticks)(void *)address)() > 0);
    found = LoadLibraryW(L"httpapi.dll");
    CHECK(found && GetProcAddress(found, "HttpInitialize"));
    CHECK(found && GetModuleHandleA("HTTPAPI") == found && FreeLibrary(found));
    FAILS(ERROR_PROC_NOT_FOUND, GetProcAddress(kernel, "NoSuchFunctionAtAll"));
    FAILS(ERROR_PROC_NOT_FOUND, GetProcAddress(kernel, "malloc"));
    CHECK(GetModuleHandleA("ntdll.dll") != NULL);
    FAILS(ERROR_MOD_NOT_FOUND, GetModuleHandleA("no_such_module.dll"));
    FAILS(ERROR_MOD_NOT_FOUND, LoadLibraryW(L"no_such_library_at_all.dll"));
    FAILS(ERROR_MOD_NOT_FOUND, LoadLibraryExA("no_such_library_at_all", NULL, 0));
    CHECK(!LoadLibraryA(NULL));
    CHECK(GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, NULL, &found) &&
          found == GetModuleHandleA(NULL));
    CHECK(GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                 GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                             (LPCSTR)&variable, &found) &&
          found == GetModuleHandleA(NULL));
    CHECK(DisableThreadLibraryCalls(kernel));
    length = GetModuleFileNameW(NULL, wide, 1024);
    CHECK(length > 0 && length == (DWORD)lstrlenW(wide));
    CHECK(GetModuleFileNameW(GetModuleHandleW(NULL), again, 1024) == length &&
          lstrcmpW(wide, again) == 0);
    CHECK(GetModuleFileNameA(NULL, path, sizeof path) > 0);
    CHECK(path[1] == ':' && strrchr(path, '\\') != NULL);
    SetLastError(0);
    CHECK(GetModuleFileNameA(NULL, small, sizeof small) == sizeof small);
    CHECK(GetLastError() == ERROR_INSUFFICIENT_BUFFER);
#ifndef __MINGW32__ /* Wine 8 stores no NUL here, which the documentation says of Windows XP. */
    CHECK(small[sizeof small - 1] == 0);
#endif
    CHECK(memcmp(small, path, sizeof small - 1) == 0);
}

static void check_arguments(const WCHAR *line, int count, const WCHAR *second)
{
    int given = 0;
    LPWSTR *list = CommandLineToArgvW(line, &given);

    if (!list || given != count || (second && lstrcmpW(list[1], second) != 0)) {
        printf("%ls: %d arguments, the second is %ls\n", line, given,
               list && given > 1 ? list[1] : L"none");
        failures++;
    }
    CHECK(!list || list[given] == NULL);
    CHECK(LocalFree(list) == NULL);
}

static void command_line(int argc, char **argv)
{
    int given = 0, i;
    LPWSTR *list = CommandLineToArgvW(GetCommandLineW(), &given);
    char bytes[512];

    CHECK(GetCommandLineA() != NULL && GetCommandLineW() == GetCommandLineW());
    CHECK(list && given == argc);
    for (i = 1; list && i < argc && i < given; i++) {
        WideCharToMultiByte(CP_ACP, 0, list[i], -1, bytes, sizeof bytes, NULL, NULL);
        CHECK(strcmp(bytes, argv[i]) == 0);
    }
    LocalFree(list);
    check_arguments(L"p \"a b\" c", 3, L"a b");
    check_arguments(L"p a\\\\\\\"b c", 3, L"a\\\"b");
    check_arguments(L"p a\\\\\\\\\"b c\" d", 3, L"a\\\\b c");
    check_arguments(L"p \"\"", 2, L"");
    check_arguments(L"p \"a\"\"b\" c", 2, L"a\"b c");
    check_arguments(L"p \"a\"\"\"b c", 2, L"a\"b c");
    check_arguments(L"p \"\"\"\" c", 2, L"\" c");
    check_arguments(L"p x\"\"y z", 3, L"xy");
    check_arguments(L"\"C:\\x y\\\" z", 2, L"z");
    check_arguments(L" x", 2, L"x");
    check_arguments(L"", 1, NULL);
    check_arguments(L"p   \t  q  ", 2, L"q");
#ifndef __MINGW32__ /* Wine 8 crashes. */
    FAILS(ERROR_INVALID_PARAMETER, CommandLineToArgvW(NULL, &given));
#endif
}

static void environment(void)
{
    char buffer[64];
    WCHAR wide[64], *block, *at;
    int there = 0;

    CHECK(SetEnvironmentVariableA("HttpsysTest", "value"));
    CHECK(GetEnvironmentVariableA("HttpsysTest", buffer, sizeof buffer) == 5);
    CHECK(strcmp(buffer, "value") == 0);
    CHECK(GetEnvironmentVariableW(L"HTTPSYSTEST", wide, 64) == 5 &&
          lstrcmpW(wide, L"value") == 0);
    CHECK(GetEnvironmentVariableA("HttpsysTest", buffer, 5) == 6);
    CHECK(GetEnvironmentVariableA("HttpsysTest", NULL, 0) == 6);
    CHECK(ExpandEnvironmentStringsA("<%HTTPSYSTEST%>%no%", buffer, sizeof buffer) == 12);
    CHECK(strcmp(buffer, "<value>%no%") == 0);
    CHECK(ExpandEnvironmentStringsW(L"<%HttpsysTest%>", NULL, 0) == 8);
    block = GetEnvironmentStringsW();
    for (at = block; at && *at; at += lstrlenW(at) + 1) {
        there |= lstrcmpW(at, L"HttpsysTest=value") == 0;
    }
    CHECK(there && FreeEnvironmentStringsW(block));
    CHECK(SetEnvironmentVariableA("HttpsysTest", ""));
    SetLastError(1);
    CHECK(GetEnvironmentVariableA("HttpsysTest", buffer, sizeof buffer) == 0);
    CHECK(GetLastError() != ERROR_ENVVAR_NOT_FOUND);
    CHECK(SetEnvironmentVariableW(L"HttpsysTest", NULL));
    FAILS(ERROR_ENVVAR_NOT_FOUND, GetEnvironmentVariableA("HttpsysTest", buffer, sizeof buffer));
    CHECK(SetEnvironmentVariableA("HttpsysTest", NULL));
    FAILS(ERROR_INVALID_PARAMETER, SetEnvironmentVariableA("a=b", "c"));
    CHECK(!SetEnvironmentVariableA(NULL, "c"));
}

int main(int argc, char **argv)
{
    standard_handles();
    control_handlers();
    modules();
    command_line(argc, argv);
    environment();
    return FINISH();
}
