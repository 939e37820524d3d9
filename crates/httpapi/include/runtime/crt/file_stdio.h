/* Streams opened and files removed and renamed by the names that Windows programs use.
 * Pages: fopen, _wfopen; fopen_s, _wfopen_s; _fsopen, _wfsopen; remove, _wremove; rename, _wrename;
 * _unlink, _wunlink. Paths: path.h.
 *
 * Differs: text mode changes nothing, lines end as written; a mode such as "w, ccs=UTF-8" is cut at its comma:
 * text is UTF-8 anyway; the sharing flag of _fsopen is ignored.
 */
#ifndef HTTPSYS_CRT_FILE_STDIO_H
#define HTTPSYS_CRT_FILE_STDIO_H

#pragma GCC system_header

#include "path.h"

HTTPSYS_CRT_BEGIN

#ifdef __cplusplus
extern "C" {
#endif
extern FILE *httpsys_system_fopen(const char *name, const char *mode)
    __asm__(HTTPSYS_SYMBOL("fopen"));
extern int httpsys_system_remove(const char *name) __asm__(HTTPSYS_SYMBOL("remove"));
extern int httpsys_system_rename(const char *from, const char *to)
    __asm__(HTTPSYS_SYMBOL("rename"));
extern int httpsys_system_unlink(const char *name) __asm__(HTTPSYS_SYMBOL("unlink"));
extern int httpsys_system_access(const char *name, int mode) __asm__(HTTPSYS_SYMBOL("access"));
#ifdef __cplusplus
}
#endif

HTTPSYS_CRT FILE *httpsys_open(const void *name, const void *mode, int wide)
{
    struct httpsys_sink sink;
    char how[16];
    size_t length = 0;
    const char *path = httpsys_path(&sink, name, wide);
    FILE *stream = NULL;
    int error;

    if (path && mode) {
        for (; length < sizeof how - 1; length++) {
            int unit = wide ? (int)((const httpsys_unit *)mode)[length]
                            : (int)((const char *)mode)[length];
            if (!unit || unit == ',') {
                break;
            }
            /* Text is not changed; N keeps the descriptor from programs that are started. */
            how[length] = (char)(unit == 't' ? 'b' : unit == 'N' ? 'e' : unit);
        }
        how[length] = 0;
        stream = httpsys_system_fopen(path, how);
    } else if (!mode) {
        errno = EINVAL;
    }
    error = errno;
    httpsys_sink_free(&sink);
    errno = error;
    return stream;
}

HTTPSYS_CRT errno_t httpsys_open_s(FILE **stream, const void *name, const void *mode, int wide)
{
    if (!stream) {
        return EINVAL;
    }
    *stream = NULL;
    if (!name || !mode) {
        return EINVAL;
    }
    *stream = httpsys_open(name, mode, wide);
    return *stream ? 0 : errno;
}

HTTPSYS_CRT int httpsys_rename_names(const void *from, const void *to, int wide)
{
    struct httpsys_sink one, other;
    const char *source = httpsys_path(&one, from, wide), *target = httpsys_path(&other, to, wide);
    int result = -1, error;

    if (source && target) {
        /* On Windows a file that is there is not replaced. */
        if (httpsys_system_access(target, 0) == 0 && __builtin_strcmp(source, target) != 0) {
            errno = EEXIST;
        } else {
            result = httpsys_system_rename(source, target);
        }
    }
    error = errno;
    httpsys_sink_free(&one);
    httpsys_sink_free(&other);
    errno = error;
    return result;
}

#if HTTPSYS_CRT_WIDE
/* The standard names, for paths written with `\` and drives. */
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, FILE *, fopen, (const char *name, const char *mode))
{
    return httpsys_open(name, mode, 0);
}
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, remove, (const char *name))
HTTPSYS_PATH_BODY(name, 0, httpsys_system_unlink(path))
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, int, rename, (const char *from, const char *to))
{
    return httpsys_rename_names(from, to, 0);
}

HTTPSYS_CRT FILE *_wfopen(const wchar_t *name, const wchar_t *mode)
{
    return httpsys_open(name, mode, 1);
}
HTTPSYS_CRT FILE *_wfsopen(const wchar_t *name, const wchar_t *mode, int sharing)
{
    (void)sharing;
    return httpsys_open(name, mode, 1);
}
HTTPSYS_CRT errno_t _wfopen_s(FILE **stream, const wchar_t *name, const wchar_t *mode)
{
    return httpsys_open_s(stream, name, mode, 1);
}
HTTPSYS_CRT int _wremove(const wchar_t *name)
HTTPSYS_PATH_BODY(name, 1, httpsys_system_unlink(path))
HTTPSYS_CRT int _wunlink(const wchar_t *name)
HTTPSYS_PATH_BODY(name, 1, httpsys_system_unlink(path))
HTTPSYS_CRT int _wrename(const wchar_t *from, const wchar_t *to)
{
    return httpsys_rename_names(from, to, 1);
}
#endif

HTTPSYS_CRT errno_t fopen_s(FILE **stream, const char *name, const char *mode)
{
    return httpsys_open_s(stream, name, mode, 0);
}
HTTPSYS_CRT FILE *_fsopen(const char *name, const char *mode, int sharing)
{
    (void)sharing;
    return httpsys_open(name, mode, 0);
}
HTTPSYS_CRT int _unlink(const char *name)
HTTPSYS_PATH_BODY(name, 0, httpsys_system_unlink(path))

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_FILE_STDIO_H */
