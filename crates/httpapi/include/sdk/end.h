/* Behind what follows begin.h. */
#pragma GCC system_header
#pragma pop_macro("__CYGWIN__")
