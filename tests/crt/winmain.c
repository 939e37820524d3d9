/* A program without a console: it starts at WinMain, or at wWinMain with UNICODE, and writes what it gets.
 * In C and in C++. */
#include <windows.h>
#include <stdio.h>

#ifdef UNICODE
int WINAPI wWinMain(HINSTANCE instance, HINSTANCE previous, PWSTR command, int show)
{
    wprintf(L"[%s] %d\n", command, (int)wcslen(command));
#else
INT __stdcall WinMain(HINSTANCE instance, HINSTANCE previous, PSTR command, INT show)
{
    printf("[%s] %d\n", command, (int)strlen(command));
#endif
    if (instance == NULL || instance != GetModuleHandle(NULL) || previous != NULL || show != 10) {
        return 1;
    }
    return 7;
}
