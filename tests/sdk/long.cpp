// Interlocked functions on what a source calls long and int64_t; C_ASSERT in a class.
#include <stdint.h>
#include <stdio.h>
#include <windows.h>

template <class T> struct Counted {
    C_ASSERT(sizeof(T) >= 4);
    C_ASSERT(sizeof(T) <= 8);
    volatile T value;
};

typedef long atomic_long_of_the_program;

int main()
{
    C_ASSERT(sizeof(LONG) == 4);
    Counted<atomic_long_of_the_program> count = {0};
    volatile int64_t wide = 0;
    volatile LONG exact = 0;
    volatile unsigned sum = 0;

    bool right = _InterlockedDecrement(&count.value) == -1 && InterlockedIncrement(&count.value) == 0 &&
                 InterlockedExchange(&count.value, 5) == 0 && _InterlockedExchangeAdd(&count.value, 2) == 5 &&
                 InterlockedCompareExchange(&count.value, 1, 7) == 7 && count.value == 1 &&
                 InterlockedDecrement64(&wide) == -1 && InterlockedExchangeAdd64(&wide, 3) == -1 &&
                 InterlockedCompareExchange64(&wide, 9, 2) == 2 && wide == 9 &&
                 InterlockedDecrement(&exact) == -1 && InterlockedIncrement(&sum) == 1;
    puts(right ? "right" : "wrong");
    return right ? 0 : 1;
}
