/* Before a mingw-w64 header that asks whether it is read for Cygwin; end.h goes behind it. */
#pragma GCC system_header
#pragma push_macro("__CYGWIN__")
#undef __CYGWIN__
#define __CYGWIN__ 1
