/* What the programs of this folder share: checks that name what failed. Only what Windows has, too:
 * each program is built against our headers, and by mingw against its own. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <windows.h>

/* 1 under Wine, for what it does otherwise than the documentation says. */
#ifndef HTTPSYS_WINE
#define HTTPSYS_WINE 0
#endif

static int failures;

#define CHECK(condition) check((condition) != 0, #condition, __FILE__, __LINE__)
/* The call fails, with this code. */
#define FAILS(code, condition)                                                                     \
    do {                                                                                           \
        SetLastError(0xDEAD);                                                                      \
        check(!(condition), #condition " fails", __FILE__, __LINE__);                              \
        check_code((code), #condition, __FILE__, __LINE__);                                        \
    } while (0)

static inline void check(int holds, const char *what, const char *file, int line)
{
    if (!holds) {
        printf("%s:%d: %s; last error %lu\n", file, line, what, (unsigned long)GetLastError());
        failures++;
    }
}

static inline void check_code(DWORD expected, const char *what, const char *file, int line)
{
    DWORD code = GetLastError();
    if (code != expected) {
        printf("%s:%d: %s: last error %lu, not %lu\n", file, line, what, (unsigned long)code,
               (unsigned long)expected);
        failures++;
    }
}

#define FINISH() (fflush(stdout), failures != 0)

#endif
