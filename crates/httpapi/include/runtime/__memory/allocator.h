// libc++'s std::allocator. With 16-bit wide characters the one for wchar_t is hidden, and with it each template
// that it is an argument of, std::wstring before all: the library's own functions must find the ones for 32-bit
// characters that it has itself, also where a program's are in front. See ../crt/libcxx_wide.hpp.
#pragma GCC system_header
#include_next <__memory/allocator.h>
#if !(defined(_MSC_VER) || defined(__MINGW32__)) && __SIZEOF_WCHAR_T__ == 2 &&                                \
    !defined(HTTPSYS_LIBCXX_ALLOCATOR)
#define HTTPSYS_LIBCXX_ALLOCATOR
template class __attribute__((visibility("hidden"), type_visibility("hidden"))) std::allocator<wchar_t>;
#endif
