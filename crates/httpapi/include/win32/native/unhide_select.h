/* Undoes hide_select.h: macros of these names are what they were before. */
#pragma GCC system_header
#pragma pop_macro("FD_SETSIZE")
#pragma pop_macro("FD_SET")
#pragma pop_macro("FD_CLR")
#pragma pop_macro("FD_ISSET")
#pragma pop_macro("FD_ZERO")
#pragma pop_macro("fd_set")
#pragma pop_macro("select")
#pragma pop_macro("gethostname")
#pragma pop_macro("socklen_t")
#pragma pop_macro("u_long")
