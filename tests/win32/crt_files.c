/* Files of the C runtime, by paths as Windows writes them. */
#include "check.h"
#include <direct.h>
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FOLDER "crt_files.tmp"
#define WIDE(text) ((const wchar_t *)u##text)

static void streams(void)
{
    char text[16] = "", where[300], *here = _getcwd(NULL, 0);
    FILE *stream = fopen(FOLDER "\\a.txt", "wb");

    CHECK(stream && fputs("hello", stream) >= 0 && fclose(stream) == 0);
    stream = _wfopen(WIDE("crt_files.tmp\\a.txt"), WIDE("rt"));
    CHECK(stream && fgets(text, 16, stream) && strcmp(text, "hello") == 0);
    CHECK(stream && fclose(stream) == 0);
    /* A full path has a drive. */
    CHECK(here && here[1] == ':' && here[2] == '\\');
    sprintf(where, "%s\\" FOLDER "\\a.txt", here);
    free(here);
    stream = fopen(where, "r");
    CHECK(stream && fclose(stream) == 0);
    CHECK(fopen(FOLDER "\\none", "r") == NULL && errno == ENOENT);
    stream = fopen("NUL", "w");
    CHECK(stream && fclose(stream) == 0);
    stream = fopen(FOLDER "/b.txt", "w");
    CHECK(stream && fclose(stream) == 0);
    CHECK(rename(FOLDER "\\a.txt", FOLDER "\\b.txt") != 0);
    CHECK(remove(FOLDER "\\b.txt") == 0);
    CHECK(rename(FOLDER "\\a.txt", FOLDER "\\b.txt") == 0);
    CHECK(_wrename(WIDE("crt_files.tmp\\b.txt"), WIDE("crt_files.tmp\\a.txt")) == 0);
}

static void descriptors(void)
{
    char text[8];
    int file = _open(FOLDER "\\d.bin", _O_CREAT | _O_RDWR | _O_TRUNC | _O_BINARY,
                     _S_IREAD | _S_IWRITE);

    CHECK(file >= 0 && _write(file, "12345", 5) == 5);
    CHECK(_filelength(file) == 5 && _filelengthi64(file) == 5);
    CHECK(_lseeki64(file, 1, SEEK_SET) == 1 && _read(file, text, 3) == 3);
    CHECK(memcmp(text, "234", 3) == 0 && _tell(file) == 4 && _eof(file) == 0);
    CHECK(_chsize_s(file, 2) == 0 && _filelength(file) == 2 && _commit(file) == 0);
    CHECK(_close(file) == 0);
    CHECK(_open(FOLDER "\\none", _O_RDONLY) == -1 && errno == ENOENT);
    file = _wopen(WIDE("crt_files.tmp\\d.bin"), _O_RDONLY | _O_BINARY);
    CHECK(file >= 0 && _close(file) == 0);
}

static void names(void)
{
    struct _stat64 about;
    struct _stat small;

    CHECK(_stat64(FOLDER "\\d.bin", &about) == 0 && about.st_size == 2);
    CHECK((about.st_mode & _S_IFMT) == _S_IFREG && about.st_mtime > 1500000000);
    CHECK(_wstat64(WIDE("crt_files.tmp"), &about) == 0 && (about.st_mode & _S_IFDIR));
    CHECK(_stat(FOLDER "\\none", &small) == -1 && errno == ENOENT);
    CHECK(_access(FOLDER "\\d.bin", 4) == 0 && _waccess(WIDE("crt_files.tmp\\no"), 0) == -1);
    CHECK(_unlink(FOLDER "\\d.bin") == 0 && _wremove(WIDE("crt_files.tmp\\a.txt")) == 0);
    CHECK(_wmkdir(WIDE("crt_files.tmp\\sub")) == 0);
    CHECK(_mkdir(FOLDER "\\sub") == -1 && errno == EEXIST);
    CHECK(_chdir(FOLDER "\\sub") == 0 && _wchdir(WIDE("..\\..")) == 0);
    CHECK(_rmdir(FOLDER "\\sub") == 0 && _wrmdir(WIDE("crt_files.tmp")) == 0);
}

int main(void)
{
    CHECK(_mkdir(FOLDER) == 0);
    streams();
    descriptors();
    names();
    return FINISH();
}
