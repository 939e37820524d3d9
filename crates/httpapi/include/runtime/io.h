/* Page: Low-Level I/O: the parts that console programs use.
 * Differs: descriptors are the native ones, and no mode translates line ends.
 */
#ifndef HTTPSYS_WIN32_IO_H
#define HTTPSYS_WIN32_IO_H

#pragma GCC system_header

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <stdarg.h>
#include <sys/stat.h>

#include "crt/path.h"

HTTPSYS_CRT_BEGIN

/* Page: _setmode. Wide text is UTF-8 on a stream whatever its mode, and lines end as written, so
 * there is nothing to switch: the mode is checked and the former one (_O_TEXT) reported. */
HTTPSYS_CRT int _setmode(int descriptor, int mode)
{
    if (descriptor < 0) {
        errno = EBADF;
        return -1;
    }
    if (mode != _O_TEXT && mode != _O_BINARY && mode != _O_WTEXT && mode != _O_U16TEXT &&
        mode != _O_U8TEXT) {
        errno = EINVAL;
        return -1;
    }
    return _O_TEXT;
}

HTTPSYS_CRT int _isatty(int descriptor)
{
    return isatty(descriptor);
}

/* Page: _access, _waccess. Modes 0 (exists), 2 (write), 4 (read), 6 (both). */
HTTPSYS_CRT int httpsys_may(const char *path, int mode)
{
    return access(path, (mode & 2 ? W_OK : 0) | (mode & 4 ? R_OK : 0));
}
HTTPSYS_CRT int _access(const char *name, int mode)
HTTPSYS_PATH_BODY(name, 0, httpsys_may(path, mode))
HTTPSYS_CRT errno_t _access_s(const char *name, int mode)
{
    return _access(name, mode) == 0 ? 0 : errno;
}

/* Page: _open, _wopen, _sopen_s. Text mode changes nothing; the sharing flag is ignored. A new file is read-only
 * unless the mode has _S_IWRITE. */
#define _SH_COMPAT 0x00
#define _SH_DENYRW 0x10
#define _SH_DENYWR 0x20
#define _SH_DENYRD 0x30
#define _SH_DENYNO 0x40
HTTPSYS_CRT int httpsys_open_file(const char *path, int flags, int mode)
{
    const int text = _O_TEXT | _O_BINARY | _O_WTEXT | _O_U16TEXT | _O_U8TEXT;

    return open(path, flags & ~text, mode & _S_IWRITE ? 0666 : 0444);
}
#define HTTPSYS_MODE_ARGUMENT(mode)                                                                \
    if (flags & O_CREAT) {                                                                         \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        mode = va_arg(list, int);                                                                  \
        va_end(list);                                                                              \
    }
HTTPSYS_CRT int httpsys_open_name(const void *name, int wide, int flags, int mode)
HTTPSYS_PATH_BODY(name, wide, httpsys_open_file(path, flags, mode))
HTTPSYS_CRT int _open(const char *name, int flags, ...)
{
    int mode = 0;
    HTTPSYS_MODE_ARGUMENT(mode)
    return httpsys_open_name(name, 0, flags, mode);
}
HTTPSYS_CRT errno_t _sopen_s(int *descriptor, const char *name, int flags, int sharing, int mode)
{
    (void)sharing;
    if (!descriptor) {
        return EINVAL;
    }
    *descriptor = httpsys_open_name(name, 0, flags, mode);
    return *descriptor >= 0 ? 0 : errno;
}

#if HTTPSYS_CRT_WIDE
HTTPSYS_CRT int _waccess(const wchar_t *name, int mode)
HTTPSYS_PATH_BODY(name, 1, httpsys_may(path, mode))
HTTPSYS_CRT errno_t _waccess_s(const wchar_t *name, int mode)
{
    return _waccess(name, mode) == 0 ? 0 : errno;
}
HTTPSYS_CRT int _wopen(const wchar_t *name, int flags, ...)
{
    int mode = 0;
    HTTPSYS_MODE_ARGUMENT(mode)
    return httpsys_open_name(name, 1, flags, mode);
}
HTTPSYS_CRT errno_t _wsopen_s(int *descriptor, const wchar_t *name, int flags, int sharing,
                              int mode)
{
    (void)sharing;
    if (!descriptor) {
        return EINVAL;
    }
    *descriptor = httpsys_open_name(name, 1, flags, mode);
    return *descriptor >= 0 ? 0 : errno;
}
#endif

/* Which the system's header hides from programs in strict C. */
#ifdef __cplusplus
extern "C" {
#endif
extern int httpsys_system_ftruncate(int descriptor, off_t size) __asm__(HTTPSYS_SYMBOL("ftruncate"));
extern int httpsys_system_fsync(int descriptor) __asm__(HTTPSYS_SYMBOL("fsync"));
#ifdef __cplusplus
}
#endif

/* Pages: _read, _write, _close, _lseeki64, _telli64, _filelengthi64, _chsize_s, _commit, _dup, _dup2, _eof. */
HTTPSYS_CRT int _close(int descriptor)
{
    return close(descriptor);
}
HTTPSYS_CRT int _read(int descriptor, void *buffer, unsigned count)
{
    if (count > INT32_MAX) {
        errno = EINVAL;
        return -1;
    }
    return (int)read(descriptor, buffer, count);
}
HTTPSYS_CRT int _write(int descriptor, const void *buffer, unsigned count)
{
    if (count > INT32_MAX) {
        errno = EINVAL;
        return -1;
    }
    return (int)write(descriptor, buffer, count);
}
HTTPSYS_CRT long long _lseeki64(int descriptor, long long offset, int origin)
{
    return (long long)lseek(descriptor, (off_t)offset, origin);
}
HTTPSYS_CRT int _lseek(int descriptor, int offset, int origin)
{
    return (int)lseek(descriptor, (off_t)offset, origin);
}
HTTPSYS_CRT long long _telli64(int descriptor)
{
    return (long long)lseek(descriptor, 0, SEEK_CUR);
}
HTTPSYS_CRT int _tell(int descriptor)
{
    return (int)lseek(descriptor, 0, SEEK_CUR);
}
HTTPSYS_CRT long long _filelengthi64(int descriptor)
{
    struct stat about;

    return fstat(descriptor, &about) == 0 ? (long long)about.st_size : -1;
}
HTTPSYS_CRT int _filelength(int descriptor)
{
    return (int)_filelengthi64(descriptor);
}
HTTPSYS_CRT errno_t _chsize_s(int descriptor, long long size)
{
    return httpsys_system_ftruncate(descriptor, (off_t)size) == 0 ? 0 : errno;
}
HTTPSYS_CRT int _chsize(int descriptor, int size)
{
    return httpsys_system_ftruncate(descriptor, size);
}
HTTPSYS_CRT int _commit(int descriptor)
{
    return httpsys_system_fsync(descriptor);
}
HTTPSYS_CRT int _dup(int descriptor)
{
    return dup(descriptor);
}
HTTPSYS_CRT int _dup2(int descriptor, int other)
{
    return dup2(descriptor, other) < 0 ? -1 : 0;
}
HTTPSYS_CRT int _eof(int descriptor)
{
    long long at = _telli64(descriptor), length = _filelengthi64(descriptor);

    return at < 0 || length < 0 ? -1 : at >= length;
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_WIN32_IO_H */
