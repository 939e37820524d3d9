/* A program that starts at wmain, and writes its arguments. In C and in C++; with COUNT as the type
 * of the first parameter, of which C++ makes another symbol. */
#include <windows.h>
#include <stdio.h>

#ifndef COUNT
#define COUNT int
#endif

#ifdef WITH_ENVIRONMENT
int __cdecl wmain(COUNT argc, wchar_t *argv[], wchar_t *envp[])
#else
int __cdecl wmain(COUNT argc, wchar_t **argv)
#endif
{
    COUNT i;

#ifdef WITH_ENVIRONMENT
    for (; *envp && wcsncmp(*envp, L"CRT_TEST=", 9) != 0; envp++) {
    }
    wprintf(L"%s\n", *envp ? *envp : L"none");
#endif
    for (i = 1; i < argc; i++) {
        wprintf(L"%d: %s (%Iu)\n", i, argv[i], wcslen(argv[i]));
    }
    return argv[argc] == NULL ? 7 : 1;
}
