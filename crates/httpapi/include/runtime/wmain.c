/* The main of programs that define wmain, as console programs for Windows may, or WinMain or wWinMain, as
 * programs without a console do.
 *
 * Owns the conversion of the arguments and the environment from UTF-8 to UTF-16. A program that has
 * a main of its own keeps it: everything here is weak. Link this file, or libhttpsys-wmain.a made
 * of it, into the program; httpsys-cc does so.
 *
 * C programs define the symbol `wmain`; C++ programs one that spells out its parameters. Each form
 * in use has a weak stand-in here that says it is one, and the first function called that is not a
 * stand-in was the program's. Page: Using wmain.
 *
 * WinMain gets the handle of the program's module, NULL, the command line behind the program's name and
 * SW_SHOWDEFAULT. Its symbol is the same in both languages, since winbase.h declares it. Pages: WinMain,
 * GetCommandLineW.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crt/unicode.h"

typedef int entry(int argc, httpsys_unit **argv, httpsys_unit **envp);

static int absent;

#define ENTRY(name, symbol)                                                                        \
    entry name __asm__(HTTPSYS_SYMBOL(symbol)) __attribute__((weak, noinline));                    \
    int name(int argc, httpsys_unit **argv, httpsys_unit **envp)                                   \
    {                                                                                              \
        (void)argc;                                                                                \
        (void)argv;                                                                                \
        (void)envp;                                                                                \
        absent = 1;                                                                                \
        return 0;                                                                                  \
    }

ENTRY(httpsys_wmain, "wmain")
ENTRY(httpsys_wmain_none, "_Z5wmainv")
ENTRY(httpsys_wmain_int, "_Z5wmainiPPw")
ENTRY(httpsys_wmain_dword, "_Z5wmainjPPw")
ENTRY(httpsys_wmain_int_env, "_Z5wmainiPPwS0_")
ENTRY(httpsys_wmain_dword_env, "_Z5wmainjPPwS0_")
ENTRY(httpsys_wmain_const, "_Z5wmainiPPKw")
ENTRY(httpsys_wmain_const_env, "_Z5wmainiPPKwS1_")
ENTRY(httpsys_wmain_fixed, "_Z5wmainiPKPw")
ENTRY(httpsys_wmain_all_const, "_Z5wmainiPKPKw")

static entry *const entries[] = {
    httpsys_wmain,
    httpsys_wmain_none,
    httpsys_wmain_int,
    httpsys_wmain_dword,
    httpsys_wmain_int_env,
    httpsys_wmain_dword_env,
    httpsys_wmain_const,
    httpsys_wmain_const_env,
    httpsys_wmain_fixed,
    httpsys_wmain_all_const,
};

/* Of the library; not of windows.h, which is one header set of several. */
extern void *GetModuleHandleW(const httpsys_unit *name);
extern char *GetCommandLineA(void);
extern httpsys_unit *GetCommandLineW(void);

#define SHOW_DEFAULT 10

#define WINDOWS_ENTRY(name, symbol, type)                                                          \
    int name(void *instance, void *previous, type *command, int show)                              \
        __asm__(HTTPSYS_SYMBOL(symbol)) __attribute__((weak, noinline));                           \
    int name(void *instance, void *previous, type *command, int show)                              \
    {                                                                                              \
        (void)instance;                                                                            \
        (void)previous;                                                                            \
        (void)command;                                                                             \
        (void)show;                                                                                \
        absent = 1;                                                                                \
        return 0;                                                                                  \
    }

WINDOWS_ENTRY(httpsys_wwinmain, "wWinMain", httpsys_unit)
WINDOWS_ENTRY(httpsys_winmain, "WinMain", char)

/* What stands behind the first argument and the blanks that follow it. */
#define BEHIND_THE_NAME(line)                                                                      \
    do {                                                                                           \
        int quoted = 0;                                                                            \
        for (; *line && (quoted || (*line != ' ' && *line != '\t')); line++) {                     \
            if (*line == '"') {                                                                    \
                quoted = !quoted;                                                                  \
            }                                                                                      \
        }                                                                                          \
        while (*line == ' ' || *line == '\t') {                                                    \
            line++;                                                                                \
        }                                                                                          \
    } while (0)

/* A list that ends with NULL, in UTF-16. It lives as long as the process; a program may keep
 * pointers to its arguments. UTF-16 never has more units than UTF-8 has bytes. */
static httpsys_unit **widen(char **list)
{
    size_t count = 0, units = 0, i;
    httpsys_unit **wide, *to;

    for (; list[count]; count++) {
        units += strlen(list[count]) + 1;
    }
    wide = (httpsys_unit **)malloc((count + 1) * sizeof(*wide));
    to = (httpsys_unit *)malloc((units + 1) * sizeof(*to));
    if (!wide || !to) {
        fputs("wmain: no memory for the arguments\n", stderr);
        exit(1);
    }
    for (i = 0; i < count; i++) {
        const char *from = list[i];
        wide[i] = to;
        while (*from) {
            to += httpsys_encode16(httpsys_decode8(&from, NULL, NULL), to);
        }
        *to++ = 0;
    }
    *to = 0;
    wide[count] = NULL;
    return wide;
}

extern char **environ;

int main(int argc, char **argv) __attribute__((weak));
int main(int argc, char **argv)
{
    static httpsys_unit **wide_argv, **wide_envp;
    size_t i;

    wide_argv = widen(argv);
    wide_envp = widen(environ);
    for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        int result;
        absent = 0;
        result = entries[i](argc, wide_argv, wide_envp);
        if (!absent) {
            return result;
        }
    }
    {
        httpsys_unit *wide = GetCommandLineW();
        char *narrow = GetCommandLineA();
        void *instance = GetModuleHandleW(NULL);
        int result;

        BEHIND_THE_NAME(wide);
        BEHIND_THE_NAME(narrow);
        absent = 0;
        result = httpsys_wwinmain(instance, NULL, wide, SHOW_DEFAULT);
        if (!absent) {
            return result;
        }
        absent = 0;
        result = httpsys_winmain(instance, NULL, narrow, SHOW_DEFAULT);
        if (!absent) {
            return result;
        }
    }
    fputs("this program has no main, wmain, WinMain or wWinMain of a known form\n", stderr);
    return 127;
}
