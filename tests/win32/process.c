/* What programs ask about themselves and the machine: ids, times, memory, processors, version, names,
 * and how they end. */
#include "check.h"
#include <psapi.h>
#include <stdlib.h>
#include <string.h>
#include <versionhelpers.h>

static void this_process(void)
{
    FILETIME began, ended, kernel, user;
    PROCESS_MEMORY_COUNTERS memory;
    STARTUPINFOW start;
    DWORD code = 0, id = GetCurrentProcessId();
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION | SYNCHRONIZE, FALSE, id);

    CHECK(id != 0 && process != NULL && GetProcessId(process) == id);
    CHECK(GetProcessId(GetCurrentProcess()) == id);
    CHECK(GetExitCodeProcess(process, &code) && code == STILL_ACTIVE);
    CHECK(WaitForSingleObject(process, 0) == WAIT_TIMEOUT);
    CHECK(GetProcessTimes(process, &began, &ended, &kernel, &user));
    CHECK(began.dwHighDateTime > 0x01D00000);
    memset(&memory, 0, sizeof memory);
    CHECK(K32GetProcessMemoryInfo(process, &memory, sizeof memory));
    CHECK(memory.WorkingSetSize > 100000 && memory.PeakWorkingSetSize >= memory.WorkingSetSize / 2);
    FAILS(ERROR_INSUFFICIENT_BUFFER, K32GetProcessMemoryInfo(process, &memory, 8));
    CHECK(CloseHandle(process));
    FAILS(ERROR_INVALID_PARAMETER, OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, 0x7FFFFFF0));
    FAILS(ERROR_INVALID_HANDLE, GetExitCodeProcess((HANDLE)(ULONG_PTR)0x12344, &code));
    CHECK(ProcessIdToSessionId(id, &code));
    memset(&start, 0xFF, sizeof start);
    GetStartupInfoW(&start);
    CHECK(start.cb == sizeof start);
    CHECK(SetPriorityClass(GetCurrentProcess(), NORMAL_PRIORITY_CLASS));
    CHECK(GetPriorityClass(GetCurrentProcess()) == NORMAL_PRIORITY_CLASS);
    FAILS(ERROR_INVALID_PARAMETER, SetPriorityClass(GetCurrentProcess(), 3));
    CHECK(!IsDebuggerPresent());
    OutputDebugStringA("");
    OutputDebugStringW(L"");
    SetErrorMode(SEM_FAILCRITICALERRORS);
    CHECK(SetErrorMode(0) == SEM_FAILCRITICALERRORS);
}

static void the_machine(void)
{
    SYSTEM_INFO system;
    MEMORYSTATUSEX memory;
    DWORD_PTR own = 0, all = 0;

    memset(&system, 0, sizeof system);
    GetSystemInfo(&system);
    CHECK(system.dwNumberOfProcessors >= 1 && system.dwPageSize >= 4096);
    CHECK(system.dwAllocationGranularity == 65536);
    CHECK(system.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64 ||
          system.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_ARM64);
    memset(&memory, 0, sizeof memory);
    FAILS(ERROR_INVALID_PARAMETER, GlobalMemoryStatusEx(&memory));
    memory.dwLength = sizeof memory;
    CHECK(GlobalMemoryStatusEx(&memory));
    CHECK(memory.ullTotalPhys > memory.ullAvailPhys && memory.dwMemoryLoad <= 100);
    CHECK(GetProcessAffinityMask(GetCurrentProcess(), &own, &all) && own && (own & ~all) == 0);
    CHECK(SetProcessAffinityMask(GetCurrentProcess(), own));
    CHECK(SetThreadAffinityMask(GetCurrentThread(), own) != 0);
    CHECK(GetActiveProcessorCount(ALL_PROCESSOR_GROUPS) >= 1);
    CHECK(GetActiveProcessorGroupCount() == 1);
    CHECK(GetCurrentProcessorNumber() < 1024);
}

static void cores_and_times(void)
{
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION *list;
    FILETIME idle, kernel, user;
    DWORD bytes = 0, at, cores = 0, packages = 0;

    CHECK(sizeof *list == 32);
    FAILS(ERROR_INSUFFICIENT_BUFFER, GetLogicalProcessorInformation(NULL, &bytes));
    CHECK(bytes > 0 && bytes % sizeof *list == 0);
    list = (SYSTEM_LOGICAL_PROCESSOR_INFORMATION *)calloc(1, bytes);
    CHECK(list && GetLogicalProcessorInformation(list, &bytes));
    for (at = 0; list && at < bytes / sizeof *list; at++) {
        CHECK(list[at].ProcessorMask != 0);
        cores += list[at].Relationship == RelationProcessorCore;
        packages += list[at].Relationship == RelationProcessorPackage;
    }
    CHECK(cores >= 1 && packages >= 1 && cores >= packages);
    free(list);
    CHECK(GetSystemTimes(&idle, &kernel, &user));
}

static void the_image(void)
{
    char path[1024], name[1024];
    DWORD size = sizeof path, none = 1;

    CHECK(QueryFullProcessImageNameA(GetCurrentProcess(), 0, path, &size) && size == strlen(path));
    CHECK(GetModuleFileNameA(NULL, name, sizeof name) == size && strcmp(path, name) == 0);
    FAILS(ERROR_INSUFFICIENT_BUFFER,
          QueryFullProcessImageNameA(GetCurrentProcess(), 0, path, &none));
}

static void the_version(void)
{
    OSVERSIONINFOEXW version;
    OSVERSIONINFOA narrow;

    CHECK(sizeof version == 284 && sizeof narrow == 148);
    CHECK(IsWindows7OrGreater() && IsWindowsVistaSP1OrGreater());
    CHECK(!IsWindowsVersionOrGreater(11, 0, 0));
    memset(&version, 0, sizeof version);
    CHECK(!GetVersionExW((LPOSVERSIONINFOW)&version));
    version.dwOSVersionInfoSize = sizeof version;
    CHECK(GetVersionExW((LPOSVERSIONINFOW)&version));
    CHECK(version.dwPlatformId == VER_PLATFORM_WIN32_NT && version.dwMajorVersion >= 6);
    CHECK((GetVersion() & 0xFF) == version.dwMajorVersion);
    narrow.dwOSVersionInfoSize = sizeof narrow;
    CHECK(GetVersionExA(&narrow) && narrow.dwMajorVersion == version.dwMajorVersion);
    version.dwMajorVersion++;
    FAILS(ERROR_OLD_WIN_VERSION,
          VerifyVersionInfoW(&version, VER_MAJORVERSION,
                             VerSetConditionMask(0, VER_MAJORVERSION, VER_GREATER_EQUAL)));
    FAILS(ERROR_BAD_ARGUMENTS, VerifyVersionInfoW(&version, VER_MAJORVERSION, 0));
}

static void names(void)
{
    char name[MAX_COMPUTERNAME_LENGTH + 1], user[257];
    WCHAR full[256];
    DWORD size = sizeof name, needed = 0;

    CHECK(GetComputerNameA(name, &size) && size == strlen(name) && size > 0);
    FAILS(ERROR_BUFFER_OVERFLOW, GetComputerNameA(name, &needed));
    CHECK(needed == size + 1);
    size = 256;
    CHECK(GetComputerNameExW(ComputerNameDnsHostname, full, &size) && size == (DWORD)lstrlenW(full));
    needed = 0;
    FAILS(ERROR_MORE_DATA, GetComputerNameExW(ComputerNameDnsHostname, NULL, &needed));
    CHECK(needed == size + 1);
    FAILS(ERROR_INVALID_PARAMETER, GetComputerNameExW(ComputerNameMax, full, &size));
    size = sizeof user;
    CHECK(GetUserNameA(user, &size) && size == strlen(user) + 1);
    needed = 1;
    FAILS(ERROR_INSUFFICIENT_BUFFER, GetUserNameA(user, &needed));
    CHECK(needed == size);
}

typedef HRESULT(WINAPI *set_description)(HANDLE thread, PCWSTR description);
typedef HRESULT(WINAPI *get_description)(HANDLE thread, PWSTR *description);

/* Not every header has them, so programs ask the module. */
static void descriptions(void)
{
    HMODULE base = GetModuleHandleA("kernelbase.dll");
    FARPROC set = GetProcAddress(base, "SetThreadDescription");
    FARPROC get = GetProcAddress(base, "GetThreadDescription");
    PWSTR name = NULL;

    CHECK(set && get);
    CHECK(((set_description)(void *)set)(GetCurrentThread(), L"worker") >= 0);
    CHECK(((get_description)(void *)get)(GetCurrentThread(), &name) >= 0);
    CHECK(name && lstrcmpW(name, L"worker") == 0);
    LocalFree(name);
}

static LONG WINAPI filter(EXCEPTION_POINTERS *exception)
{
    CHECK(exception->ExceptionRecord->ExceptionCode == 0xE0000001);
    CHECK(exception->ExceptionRecord->NumberParameters == 1);
    CHECK(exception->ExceptionRecord->ExceptionInformation[0] == 42);
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void exceptions(void)
{
    ULONG_PTR value = 42;

    CHECK(SetUnhandledExceptionFilter(filter) != filter);
    RaiseException(0xE0000001, 0, 1, &value);
    CHECK(SetUnhandledExceptionFilter(NULL) == filter);
}


int main(void)
{
    this_process();
    the_machine();
    cores_and_times();
    the_image();
    the_version();
    names();
    descriptions();
    exceptions();
    /* What printf holds is written, and the code is that of the process. */
    ExitProcess((UINT)FINISH());
}
