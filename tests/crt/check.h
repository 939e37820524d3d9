/* What the C and C++ programs of this folder share: checks that say where they failed. A program
 * returns `failures`, so that 0 is success. Valid as C11 and C++17.
 */
#ifndef CRT_TEST_CHECK_H
#define CRT_TEST_CHECK_H

#include <stdio.h>
#include <string.h>
#include <wchar.h>

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
        }                                                                                          \
    } while (0)

/* Text, shown if it differs. */
#define CHECK_TEXT(actual, expected)                                                               \
    do {                                                                                           \
        const char *actual_ = (actual);                                                            \
        if (strcmp(actual_, expected) != 0) {                                                      \
            failures++;                                                                            \
            fprintf(stderr, "%s:%d: \"%s\", not \"%s\"\n", __FILE__, __LINE__, actual_, expected); \
        }                                                                                          \
    } while (0)
#define CHECK_WIDE(actual, expected)                                                               \
    do {                                                                                           \
        const wchar_t *actual_ = (actual);                                                         \
        if (wcscmp(actual_, expected) != 0) {                                                      \
            failures++;                                                                            \
            fprintf(stderr, "%s:%d: \"%S\", not \"%S\"\n", __FILE__, __LINE__, actual_, expected); \
        }                                                                                          \
    } while (0)

#endif /* CRT_TEST_CHECK_H */
