/* The registry as servers and their configuration tools use it: keys made, values of each type written, read,
 * enumerated and deleted, rights, short buffers, and a change that is waited for. What the JSON file brings is
 * tested where there is one (registry_file.c). */
#include "check.h"
#include <string.h>

#define ROOT "Software\\httpsys test"
#define IS(code, call) check_status((LSTATUS)(code), (call), #call, __LINE__)

static void check_status(LSTATUS expected, LSTATUS status, const char *what, int line)
{
    if (status != expected) {
        printf("%s:%d: %s: %ld, not %ld\n", __FILE__, line, what, (long)status, (long)expected);
        failures++;
    }
}

static void values(HKEY key)
{
    WCHAR text[64];
    char narrow[64];
    DWORD type = 0, size = sizeof(text), number = 8080;
    ULONGLONG large = 1ULL << 40;
    BYTE bytes[3] = {1, 2, 3}, small[2];

    IS(ERROR_SUCCESS, RegSetValueExW(key, L"Url", 0, REG_SZ, (const BYTE *)L"http://+:80/", 26));
    IS(ERROR_SUCCESS, RegQueryValueExW(key, L"URL", NULL, &type, (BYTE *)text, &size));
    CHECK(type == REG_SZ && size == 26 && memcmp(text, L"http://+:80/", 26) == 0);
    size = sizeof(narrow);
    IS(ERROR_SUCCESS, RegQueryValueExA(key, "url", NULL, &type, (BYTE *)narrow, &size));
    CHECK(size == 13 && strcmp(narrow, "http://+:80/") == 0);
    size = 0;
    IS(ERROR_SUCCESS, RegQueryValueExW(key, L"Url", NULL, NULL, NULL, &size));
    CHECK(size == 26);
    size = 2;
    IS(ERROR_MORE_DATA, RegQueryValueExW(key, L"Url", NULL, &type, small, &size));
    CHECK(size == 26);
    IS(ERROR_INVALID_PARAMETER, RegQueryValueExW(key, L"Url", NULL, NULL, (BYTE *)text, NULL));
    IS(ERROR_FILE_NOT_FOUND, RegQueryValueExW(key, L"Other", NULL, NULL, NULL, NULL));

    IS(ERROR_SUCCESS, RegSetValueExA(key, "Port", 0, REG_DWORD, (const BYTE *)&number, 4));
    IS(ERROR_SUCCESS, RegSetValueExA(key, "Large", 0, REG_QWORD, (const BYTE *)&large, 8));
    IS(ERROR_SUCCESS, RegSetValueExA(key, "Bytes", 0, REG_BINARY, bytes, 3));
    IS(ERROR_SUCCESS, RegSetValueExA(key, NULL, 0, REG_SZ, (const BYTE *)"default", 8));
    number = 0;
    size = sizeof(number);
    IS(ERROR_SUCCESS, RegGetValueW(key, NULL, L"Port", RRF_RT_REG_DWORD, &type, &number, &size));
    CHECK(number == 8080 && type == REG_DWORD && size == 4);
    size = sizeof(text);
    IS(ERROR_UNSUPPORTED_TYPE, RegGetValueW(key, NULL, L"Port", RRF_RT_REG_SZ, NULL, text, &size));
    size = sizeof(text);
    IS(ERROR_SUCCESS, RegGetValueW(key, NULL, NULL, RRF_RT_REG_SZ, NULL, text, &size));
    CHECK(size == 16 && memcmp(text, L"default", 16) == 0);

    /* Without its NUL: RegGetValue adds it. */
    IS(ERROR_SUCCESS, RegSetValueExW(key, L"Bare", 0, REG_SZ, (const BYTE *)L"bare", 8));
    size = sizeof(text);
    IS(ERROR_SUCCESS, RegGetValueW(key, L"", L"Bare", RRF_RT_ANY, &type, text, &size));
    CHECK(size == 10 && memcmp(text, L"bare", 10) == 0);
    CHECK(SetEnvironmentVariableA("HTTPSYS_TEST", "here"));
    IS(ERROR_SUCCESS, RegSetValueExA(key, "Path", 0, REG_EXPAND_SZ, (const BYTE *)"%HTTPSYS_TEST%/www", 19));
    size = sizeof(narrow);
    IS(ERROR_SUCCESS, RegGetValueA(key, NULL, "Path", RRF_RT_REG_SZ, &type, narrow, &size));
    CHECK(type == REG_SZ && strcmp(narrow, "here/www") == 0);
    size = sizeof(narrow);
    IS(ERROR_SUCCESS, RegGetValueA(key, NULL, "Path", RRF_RT_ANY | RRF_NOEXPAND, &type, narrow, &size));
    CHECK(type == REG_EXPAND_SZ && strcmp(narrow, "%HTTPSYS_TEST%/www") == 0);
    IS(ERROR_SUCCESS, RegDeleteValueW(key, L"bare"));
    IS(ERROR_FILE_NOT_FOUND, RegDeleteValueW(key, L"bare"));
}

static void enumeration(HKEY key)
{
    HKEY below;
    WCHAR name[16];
    DWORD length = 16, keys = 0, longest = 0, count = 0, longest_name = 0, index, disposition = 0, type;
    FILETIME written;

    IS(ERROR_SUCCESS, RegCreateKeyExW(key, L"One", 0, NULL, 0, KEY_READ, NULL, &below, &disposition));
    CHECK(disposition == REG_CREATED_NEW_KEY);
    IS(ERROR_SUCCESS, RegCloseKey(below));
    IS(ERROR_SUCCESS, RegCreateKeyExW(key, L"ONE", 0, NULL, 0, KEY_READ, NULL, &below, &disposition));
    CHECK(disposition == REG_OPENED_EXISTING_KEY);
    IS(ERROR_ACCESS_DENIED, RegSetValueExA(below, "x", 0, REG_SZ, (const BYTE *)"", 1));
    IS(ERROR_SUCCESS, RegCloseKey(below));
    IS(ERROR_SUCCESS, RegCreateKeyA(key, "Second\\Third", &below));
    IS(ERROR_SUCCESS, RegCloseKey(below));
    IS(ERROR_SUCCESS, RegQueryInfoKeyW(key, NULL, NULL, NULL, &keys, &longest, NULL, &count, &longest_name,
                                       NULL, NULL, &written));
    CHECK(keys == 2 && longest == 6 && count == 6 && longest_name == 5);
    IS(ERROR_SUCCESS, RegEnumKeyExW(key, 0, name, &length, NULL, NULL, NULL, &written));
    CHECK(length == 3 && memcmp(name, L"One", 8) == 0);
    length = 6;
    IS(ERROR_MORE_DATA, RegEnumKeyExW(key, 1, name, &length, NULL, NULL, NULL, NULL));
    length = 7;
    IS(ERROR_SUCCESS, RegEnumKeyExW(key, 1, name, &length, NULL, NULL, NULL, NULL));
    IS(ERROR_NO_MORE_ITEMS, RegEnumKeyExW(key, 2, name, &length, NULL, NULL, NULL, NULL));
    for (index = 0, length = 16;
         RegEnumValueW(key, index, name, &length, NULL, &type, NULL, NULL) == ERROR_SUCCESS; index++) {
        length = 16;
    }
    CHECK(index == count);
    IS(ERROR_ACCESS_DENIED, RegDeleteKeyA(key, "Second"));
    IS(ERROR_SUCCESS, RegDeleteKeyA(key, "Second\\Third"));
    IS(ERROR_SUCCESS, RegDeleteKeyExA(key, "second", KEY_WOW64_64KEY, 0));
    IS(ERROR_FILE_NOT_FOUND, RegDeleteKeyW(key, L"Second"));
}

static void handles(HKEY key)
{
    HKEY below, other = NULL;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    DWORD number = 1;

    IS(ERROR_FILE_NOT_FOUND, RegOpenKeyExA(HKEY_LOCAL_MACHINE, "Software\\httpsys none", 0, KEY_READ, &other));
    IS(ERROR_INVALID_HANDLE, RegOpenKeyExA((HKEY)event, "x", 0, KEY_READ, &other));
    IS(ERROR_SUCCESS, RegOpenKeyExA(key, NULL, 0, KEY_READ | KEY_WOW64_64KEY, &other));
    IS(ERROR_SUCCESS, RegCloseKey(other));
    IS(ERROR_INVALID_HANDLE, RegCloseKey(other));
    IS(ERROR_SUCCESS, RegCloseKey(HKEY_LOCAL_MACHINE));

    IS(ERROR_SUCCESS, RegCreateKeyW(key, L"Gone", &below));
    IS(ERROR_SUCCESS, RegDeleteKeyW(key, L"Gone"));
    IS(ERROR_KEY_DELETED, RegSetValueExA(below, "x", 0, REG_SZ, (const BYTE *)"", 1));
    IS(ERROR_SUCCESS, RegCloseKey(below));

    IS(ERROR_SUCCESS, RegCreateKeyW(key, L"Watched\\Below", &below));
    IS(ERROR_SUCCESS, RegNotifyChangeKeyValue(key, TRUE, REG_NOTIFY_CHANGE_LAST_SET, event, TRUE));
    CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
    IS(ERROR_SUCCESS, RegSetValueExA(below, "x", 0, REG_DWORD, (const BYTE *)&number, 4));
    CHECK(WaitForSingleObject(event, 30000) == WAIT_OBJECT_0);
    IS(ERROR_SUCCESS, RegCloseKey(below));
    IS(ERROR_SUCCESS, RegDeleteTreeW(key, L"Watched"));
    CloseHandle(event);
}

int main(void)
{
    HKEY key;

    RegDeleteTreeA(HKEY_CURRENT_USER, ROOT);
    IS(ERROR_FILE_NOT_FOUND, RegOpenKeyExA(HKEY_CURRENT_USER, ROOT, 0, KEY_READ, &key));
    IS(ERROR_SUCCESS, RegCreateKeyExA(HKEY_CURRENT_USER, ROOT, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL));
    values(key);
    enumeration(key);
    handles(key);
    IS(ERROR_SUCCESS, RegCloseKey(key));
    IS(ERROR_SUCCESS, RegDeleteTreeA(HKEY_CURRENT_USER, ROOT));
    return FINISH();
}
