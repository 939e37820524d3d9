/* FormatMessage as programs use it: the text of an error code in a buffer or in memory of its own,
 * message definitions with inserts from an array or a variable argument list, and each failure. */
#include "check.h"
#include <stdarg.h>
#include <string.h>

static int same_w(const WCHAR *left, const WCHAR *right)
{
    return lstrcmpW(left, right) == 0;
}

static void the_text_of_a_code(void)
{
    char buffer[512], small[4] = "abc";
    WCHAR wide[512];
    char *own = NULL;
    DWORD length, again;

    length = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                            ERROR_FILE_NOT_FOUND, 0, buffer, sizeof buffer, NULL);
    CHECK(length > 10 && length == strlen(buffer));
    CHECK(strcmp(buffer + length - 2, "\r\n") == 0);
    again = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                           ERROR_FILE_NOT_FOUND, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), wide,
                           512, NULL);
    CHECK(again == length && wide[0] == (WCHAR)buffer[0] && wide[length] == 0);
    length = FormatMessageA(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                                FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK,
                            NULL, HRESULT_CODE(HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)), 0,
                            (LPSTR)&own, 0, NULL);
    CHECK(length == again - 1 && own && own[length - 1] == ' ' && strlen(own) == length);
    CHECK(LocalFree(own) == NULL);
    FAILS(ERROR_INSUFFICIENT_BUFFER,
          FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                         ERROR_FILE_NOT_FOUND, 0, small, sizeof small, NULL));
    FAILS(ERROR_MR_MID_NOT_FOUND,
          FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0x1234ABCD, 0, buffer, sizeof buffer,
                         NULL));
    FAILS(ERROR_INVALID_PARAMETER, FormatMessageA(0, NULL, 5, 0, buffer, sizeof buffer, NULL));
    /* Winsock's codes are in the same table. */
    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                         10061, 0, buffer, sizeof buffer, NULL) > 10);
}

static DWORD array_w(const WCHAR *format, WCHAR *buffer, DWORD_PTR *values)
{
    return FormatMessageW(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY, format, 0, 0,
                          buffer, 256, (va_list *)values);
}

static void inserts_from_an_array(void)
{
    WCHAR buffer[256];
    char bytes[256];
    DWORD_PTR values[6];

    values[0] = 4;
    values[1] = 2;
    values[2] = (DWORD_PTR)L"Bill";
    values[3] = (DWORD_PTR)L"Bob";
    values[4] = 6;
    values[5] = (DWORD_PTR)L"Bill";
    /* The example of the documentation. */
    CHECK(array_w(L"%1!*.*s! %4 %5!*s!", buffer, values) == 15);
    CHECK(same_w(buffer, L"  Bi Bob   Bill"));
    CHECK(array_w(L"%1!u!%2!5d!", buffer, values) == 6);
    CHECK(same_w(buffer, L"4    2"));
    CHECK(array_w(L"%3 and %4", buffer, values) == 12);
    CHECK(same_w(buffer, L"Bill and Bob"));
    CHECK(array_w(L"100%% %1!08x!%!%.%n", buffer, values) == 17);
    CHECK(same_w(buffer, L"100% 00000004!.\r\n"));
    CHECK(array_w(L"cut%0 here", buffer, values) == 3);
    values[0] = (DWORD_PTR) "bytes";
    values[1] = (DWORD_PTR)L"units";
    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY, "%1 %2!ws!", 0,
                         0, bytes, sizeof bytes, (va_list *)values) == 11);
    CHECK(strcmp(bytes, "bytes units") == 0);
    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_IGNORE_INSERTS, "%1 %2!d! %%",
                         0, 0, bytes, sizeof bytes, NULL) > 0);
    CHECK(strncmp(bytes, "%1 %2!d! ", 9) == 0);
    FAILS(ERROR_INVALID_PARAMETER, FormatMessageA(FORMAT_MESSAGE_FROM_STRING, "%1", 0, 0, bytes,
                                                  sizeof bytes, NULL));
}

static DWORD listed(char *buffer, const char *format, ...)
{
    va_list list;
    DWORD length;

    va_start(list, format);
    length = FormatMessageA(FORMAT_MESSAGE_FROM_STRING, format, 0, 0, buffer, 256, &list);
    va_end(list);
    return length;
}

static void inserts_from_a_list(void)
{
    char buffer[256], *own = NULL;

    CHECK(listed(buffer, "%1!d!, %2, %3!I64u!", -7, "two", 10000000000ull) == 20);
    CHECK(strcmp(buffer, "-7, two, 10000000000") == 0);
    /* More than the registers hold, and out of order. */
    CHECK(listed(buffer, "%9!d!%8!d!%7!d!%6!d!%5!d!%4!d!%3!d!%2!d!%1!d!", 1, 2, 3, 4, 5, 6, 7, 8,
                 9) == 9);
    CHECK(strcmp(buffer, "987654321") == 0);
    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ALLOCATE_BUFFER, "plain", 0, 0,
                         (LPSTR)&own, 100, NULL) == 5);
    CHECK(own && strcmp(own, "plain") == 0);
    LocalFree(own);
}

static void lines_of_a_width(void)
{
    char buffer[256];

    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_STRING | 8, "one two three four", 0, 0, buffer,
                         sizeof buffer, NULL) > 0);
    CHECK(strcmp(buffer, "one two\r\nthree\r\nfour") == 0);
    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_MAX_WIDTH_MASK,
                         "a\r\nb%nc\r\n", 0, 0, buffer, sizeof buffer, NULL) > 0);
    CHECK(strcmp(buffer, "a b\r\nc ") == 0);
    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_STRING, "a\nb\r\nc", 0, 0, buffer, sizeof buffer,
                         NULL) == 7);
    CHECK(strcmp(buffer, "a\r\nb\r\nc") == 0);
}

static void modules_without_messages(void)
{
    char buffer[256];
    HMODULE api = GetModuleHandleA("kernel32.dll");

    CHECK(api != NULL);
    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM |
                             FORMAT_MESSAGE_IGNORE_INSERTS,
                         api, ERROR_ACCESS_DENIED, 0, buffer, sizeof buffer, NULL) > 10);
    SetLastError(0);
    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_HMODULE, GetModuleHandleA(NULL), 0x1234ABCD, 0, buffer,
                         sizeof buffer, NULL) == 0);
    CHECK(GetLastError() == ERROR_RESOURCE_TYPE_NOT_FOUND ||
          GetLastError() == ERROR_RESOURCE_DATA_NOT_FOUND ||
          GetLastError() == ERROR_MR_MID_NOT_FOUND);
}

int main(void)
{
    the_text_of_a_code();
    inserts_from_an_array();
    inserts_from_a_list();
    lines_of_a_width();
    modules_without_messages();
    return FINISH();
}
