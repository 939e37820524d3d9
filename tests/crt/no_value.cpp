// A function that ends without its value on one path, which nobody uses there.
#pragma GCC diagnostic ignored "-Wreturn-type"
#include <stdio.h>
#include <windows.h>

HRESULT start(bool fails)
{
    if (fails) {
        return E_FAIL;
    }
    printf("started\n");
}

int main(int argc, char **)
{
    start(argc > 9);
    printf("went on\n");
    return 7;
}
