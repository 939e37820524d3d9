/* The system's sys/stat.h and Microsoft's additions to it. Pages: _stat, _wstat, _fstat and their forms with
 * numbers; _chmod, _wchmod. Paths: crt/path.h.
 *
 * Differs: there is one structure for all forms, with a size of 64 bits and times of 64 bits; struct stat is the
 * system's.
 */
#pragma GCC system_header
/* A word of the annotation language that is a member of the system's structure. */
#pragma push_macro("__reserved")
#undef __reserved
#include_next <sys/stat.h>
#pragma pop_macro("__reserved")

#if !(defined(_MSC_VER) || defined(__MINGW32__)) && !defined(HTTPSYS_RUNTIME_STAT_H)
#define HTTPSYS_RUNTIME_STAT_H

#include <sys/types.h> /* mode_t, in strict C, too */

#include "../crt/path.h"

#define _S_IFMT 0xF000
#define _S_IFDIR 0x4000
#define _S_IFCHR 0x2000
#define _S_IFIFO 0x1000
#define _S_IFREG 0x8000
#define _S_IREAD 0x0100
#define _S_IWRITE 0x0080
#define _S_IEXEC 0x0040
/* Where the system has macros for the names of the times they have to mean a member here, too. */
struct _stat64 {
    unsigned st_dev;
    unsigned short st_ino;
    unsigned short st_mode;
    short st_nlink;
    short st_uid;
    short st_gid;
    unsigned st_rdev;
    long long st_size;
#if !defined(st_atime)
    long long st_atime;
    long long st_mtime;
    long long st_ctime;
#elif defined(__APPLE__)
    struct timespec st_atimespec;
    struct timespec st_mtimespec;
    struct timespec st_ctimespec;
#else
    struct timespec st_atim;
    struct timespec st_mtim;
    struct timespec st_ctim;
#endif
};
#define __stat64 _stat64
#define _stati64 _stat64
#define _stat _stat64
#define _stat32i64 _stat64
#define _fstat _fstat64
#define _fstati64 _fstat64
#define _wstat _wstat64
#define _wstati64 _wstat64

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT int httpsys_told(int result, const struct stat *from, struct _stat64 *to)
{
    if (result != 0) {
        return -1;
    }
    to->st_dev = to->st_rdev = (unsigned)from->st_dev;
    to->st_ino = (unsigned short)from->st_ino;
    to->st_mode = (unsigned short)from->st_mode;
    to->st_nlink = (short)from->st_nlink;
    to->st_uid = to->st_gid = 0;
    to->st_size = (long long)from->st_size;
    to->st_atime = from->st_atime;
    to->st_mtime = from->st_mtime;
    to->st_ctime = from->st_ctime;
    return 0;
}

HTTPSYS_CRT int httpsys_tell(const char *path, struct _stat64 *to)
{
    struct stat about;

    if (!to) {
        errno = EINVAL;
        return -1;
    }
    return httpsys_told(stat(path, &about), &about, to);
}

HTTPSYS_CRT int _stat64(const char *name, struct _stat64 *to)
HTTPSYS_PATH_BODY(name, 0, httpsys_tell(path, to))
HTTPSYS_CRT int _fstat64(int descriptor, struct _stat64 *to)
{
    struct stat about;

    if (!to) {
        errno = EINVAL;
        return -1;
    }
    return httpsys_told(fstat(descriptor, &about), &about, to);
}

/* Writing is all that can be taken away: with _S_IWRITE the owner may write, without nobody. */
HTTPSYS_CRT int httpsys_change_mode(const char *path, int mode)
{
    struct stat about;

    if (stat(path, &about) != 0) {
        return -1;
    }
    return chmod(path, mode & _S_IWRITE ? (about.st_mode & 07777) | 0200
                                        : about.st_mode & 07777 & ~(mode_t)0222);
}
HTTPSYS_CRT int _chmod(const char *name, int mode)
HTTPSYS_PATH_BODY(name, 0, httpsys_change_mode(path, mode))

#if HTTPSYS_CRT_WIDE
HTTPSYS_CRT int _wstat64(const wchar_t *name, struct _stat64 *to)
HTTPSYS_PATH_BODY(name, 1, httpsys_tell(path, to))
HTTPSYS_CRT int _wchmod(const wchar_t *name, int mode)
HTTPSYS_PATH_BODY(name, 1, httpsys_change_mode(path, mode))
#endif

HTTPSYS_CRT_END

#endif
