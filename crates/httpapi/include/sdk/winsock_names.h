/* The functions of Winsock whose names the C library has, too: declarations that follow are linked under
 * the library's names for them. Four that the library lacks are among them, so that the linker says so and
 * does not take the C library's, which have other structures.
 */
#pragma GCC system_header
#if defined(__APPLE__)
#pragma redefine_extname accept _Httpsys_accept
#pragma redefine_extname bind _Httpsys_bind
#pragma redefine_extname connect _Httpsys_connect
#pragma redefine_extname freeaddrinfo _Httpsys_freeaddrinfo
#pragma redefine_extname getaddrinfo _Httpsys_getaddrinfo
#pragma redefine_extname gethostbyaddr _Httpsys_gethostbyaddr
#pragma redefine_extname gethostbyname _Httpsys_gethostbyname
#pragma redefine_extname getnameinfo _Httpsys_getnameinfo
#pragma redefine_extname getpeername _Httpsys_getpeername
#pragma redefine_extname getprotobyname _Httpsys_getprotobyname
#pragma redefine_extname getprotobynumber _Httpsys_getprotobynumber
#pragma redefine_extname getservbyname _Httpsys_getservbyname
#pragma redefine_extname getservbyport _Httpsys_getservbyport
#pragma redefine_extname getsockname _Httpsys_getsockname
#pragma redefine_extname getsockopt _Httpsys_getsockopt
#pragma redefine_extname inet_ntop _Httpsys_inet_ntop
#pragma redefine_extname inet_pton _Httpsys_inet_pton
#pragma redefine_extname listen _Httpsys_listen
#pragma redefine_extname recv _Httpsys_recv
#pragma redefine_extname recvfrom _Httpsys_recvfrom
#pragma redefine_extname send _Httpsys_send
#pragma redefine_extname sendto _Httpsys_sendto
#pragma redefine_extname setsockopt _Httpsys_setsockopt
#pragma redefine_extname shutdown _Httpsys_shutdown
#pragma redefine_extname socket _Httpsys_socket
#else
#pragma redefine_extname accept Httpsys_accept
#pragma redefine_extname bind Httpsys_bind
#pragma redefine_extname connect Httpsys_connect
#pragma redefine_extname freeaddrinfo Httpsys_freeaddrinfo
#pragma redefine_extname getaddrinfo Httpsys_getaddrinfo
#pragma redefine_extname gethostbyaddr Httpsys_gethostbyaddr
#pragma redefine_extname gethostbyname Httpsys_gethostbyname
#pragma redefine_extname getnameinfo Httpsys_getnameinfo
#pragma redefine_extname getpeername Httpsys_getpeername
#pragma redefine_extname getprotobyname Httpsys_getprotobyname
#pragma redefine_extname getprotobynumber Httpsys_getprotobynumber
#pragma redefine_extname getservbyname Httpsys_getservbyname
#pragma redefine_extname getservbyport Httpsys_getservbyport
#pragma redefine_extname getsockname Httpsys_getsockname
#pragma redefine_extname getsockopt Httpsys_getsockopt
#pragma redefine_extname inet_ntop Httpsys_inet_ntop
#pragma redefine_extname inet_pton Httpsys_inet_pton
#pragma redefine_extname listen Httpsys_listen
#pragma redefine_extname recv Httpsys_recv
#pragma redefine_extname recvfrom Httpsys_recvfrom
#pragma redefine_extname send Httpsys_send
#pragma redefine_extname sendto Httpsys_sendto
#pragma redefine_extname setsockopt Httpsys_setsockopt
#pragma redefine_extname shutdown Httpsys_shutdown
#pragma redefine_extname socket Httpsys_socket
#endif
