/* The system's select and fd_set, which every header of the C library brings: included right before a system
 * header that may declare them, and followed by unhide_select.h. Programs for Windows have others of the same
 * names in winsock2.h. No include guard: both files are used once per header. */
#pragma GCC system_header
#pragma push_macro("FD_SETSIZE")
#pragma push_macro("FD_SET")
#pragma push_macro("FD_CLR")
#pragma push_macro("FD_ISSET")
#pragma push_macro("FD_ZERO")
#pragma push_macro("fd_set")
#pragma push_macro("select")
#pragma push_macro("gethostname")
#pragma push_macro("socklen_t")
#pragma push_macro("u_long")
#undef socklen_t
#undef u_long
#undef FD_SETSIZE
#undef FD_SET
#undef FD_CLR
#undef FD_ISSET
#undef FD_ZERO
#undef fd_set
#undef select
#undef gethostname
#define select httpsys_hidden_select
#define gethostname httpsys_hidden_gethostname
