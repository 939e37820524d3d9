/* The start-up code of programs that define wmain, as C or as C++ function: turns the arguments
 * from UTF-8 into UTF-16. Compiled with -fshort-wchar, as the programs are.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#pragma weak wmain
int wmain(int argc, wchar_t **argv);
#pragma weak _Z5wmainiPPw
int _Z5wmainiPPw(int argc, wchar_t **argv);

/* The tests pass ASCII alone. */
static wchar_t *widen(const char *text)
{
    size_t length = strlen(text), n;
    wchar_t *wide = (wchar_t *)malloc((length + 1) * sizeof(wchar_t));

    for (n = 0; wide != NULL && n <= length; n++) {
        wide[n] = (wchar_t)(unsigned char)text[n];
    }
    return wide;
}

int main(int argc, char **argv)
{
    wchar_t **wide = (wchar_t **)calloc((size_t)argc + 1, sizeof(*wide));
    int n, code;

    if (wide == NULL) {
        return 3;
    }
    for (n = 0; n < argc; n++) {
        wide[n] = widen(argv[n]);
        if (wide[n] == NULL) {
            return 3;
        }
    }
    code = wmain != NULL ? wmain(argc, wide) : _Z5wmainiPPw(argc, wide);
    for (n = 0; n < argc; n++) {
        free(wide[n]);
    }
    free(wide);
    return code;
}
