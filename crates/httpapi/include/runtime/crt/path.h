/* Paths that a Windows program gives the C runtime, as the system writes them.
 *
 * The rules are those of win32/fileapi.h: `\` separates, drives are folders (HTTPSYS_DRIVE_C ...), NUL is a
 * device, `\\?\` is taken off.
 *
 * Differs: letter case matters, and what was written with `/` alone and without a drive is taken as it is.
 */
#ifndef HTTPSYS_CRT_PATH_H
#define HTTPSYS_CRT_PATH_H

#pragma GCC system_header

#include "sink.h"

HTTPSYS_CRT_BEGIN

#ifdef __cplusplus
extern "C" {
#endif
extern char *httpsys_system_getenv(const char *name) __asm__(HTTPSYS_SYMBOL("getenv"));
#ifdef __cplusplus
}
#endif

HTTPSYS_CRT int httpsys_path_is_separator(char unit)
{
    return unit == '\\' || unit == '/';
}

/* The folder of a drive letter; NULL for one that is not there. */
HTTPSYS_CRT const char *httpsys_path_drive(char letter)
{
    char name[] = "HTTPSYS_DRIVE_C";
    int other = httpsys_system_getenv(name) != NULL;
    const char *folder;

    name[sizeof name - 2] = (char)(letter & ~0x20);
    folder = httpsys_system_getenv(name);
    if (folder && folder[0] == '/') {
        return folder;
    }
    return (letter & ~0x20) == (other ? 'Z' : 'C') ? "/" : NULL;
}

HTTPSYS_CRT int httpsys_path_is_nul(const char *name)
{
    const char *last = name, *at;

    for (at = name; *at; at++) {
        if (httpsys_path_is_separator(*at) || *at == ':') {
            last = at + 1;
        }
    }
    return (last[0] | 0x20) == 'n' && (last[1] | 0x20) == 'u' && (last[2] | 0x20) == 'l' &&
           (last[3] == 0 || last[3] == '.');
}

/* The path in UTF-8, in memory of `path`, which httpsys_sink_free frees; NULL with errno. */
HTTPSYS_CRT const char *httpsys_path(struct httpsys_sink *path, const void *name, int wide)
{
    struct httpsys_sink given;
    const char *at, *folder = NULL;

    httpsys_sink_growing(path, 0);
    if (!name) {
        errno = EINVAL;
        return NULL;
    }
    httpsys_sink_growing(&given, 0);
    httpsys_sink_string(&given, 0, name, wide, SIZE_MAX);
    httpsys_sink_unit(&given, 0);
    if (given.failed) {
        httpsys_sink_free(&given);
        errno = ENOMEM;
        return NULL;
    }
    at = (const char *)given.units;
    if (__builtin_strncmp(at, "\\\\?\\", 4) == 0) {
        at += 4;
    }
    if (httpsys_path_is_nul(at)) {
        at = "/dev/null";
    } else if (((at[0] | 0x20) >= 'a' && (at[0] | 0x20) <= 'z') && at[1] == ':') {
        folder = httpsys_path_drive(at[0]);
        at += 2;
        if (folder && httpsys_path_is_separator(*at)) {
            for (; *folder; folder++) {
                if (folder[0] != '/' || folder[1]) {
                    httpsys_sink_unit(path, (unsigned char)*folder);
                }
            }
        }
    }
    if (!folder && at != (const char *)given.units && at[-1] == ':') {
        errno = ENOENT;
        path->failed = 1;
    } else if (at[0] == '\\' && at[1] == '\\') {
        errno = ENOENT;
        path->failed = 1;
    } else {
        for (; *at; at++) {
            httpsys_sink_unit(path, *at == '\\' ? '/' : (unsigned char)*at);
        }
        httpsys_sink_unit(path, 0);
    }
    httpsys_sink_free(&given);
    return path->failed ? NULL : (const char *)path->units;
}

/* The body of a function that gives a path to one of the system's. */
#define HTTPSYS_PATH_BODY(name, wide, call)                                                        \
    {                                                                                              \
        struct httpsys_sink sink;                                                                  \
        const char *path = httpsys_path(&sink, name, wide);                                        \
        int result = path ? (call) : -1;                                                           \
        int error = errno;                                                                         \
        httpsys_sink_free(&sink);                                                                  \
        errno = error;                                                                             \
        return result;                                                                             \
    }

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_PATH_H */
