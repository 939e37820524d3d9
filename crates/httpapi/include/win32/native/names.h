/* The system's sockets for a program that has included winsock2.h already: their names become macros for others of
 * ours, which the assembler knows by the system's names. Windows's types and functions of the same names are
 * out of reach from here on; their typedefs (SOCKADDR_IN) and what begins with WSA are not. */
#ifndef HTTPSYS_NATIVE_NAMES_H
#define HTTPSYS_NATIVE_NAMES_H

#pragma GCC system_header

#if defined(__APPLE__)
#pragma redefine_extname httpsys_native_socket _socket
#pragma redefine_extname httpsys_native_bind _bind
#pragma redefine_extname httpsys_native_listen _listen
#pragma redefine_extname httpsys_native_accept _accept
#pragma redefine_extname httpsys_native_connect _connect
#pragma redefine_extname httpsys_native_send _send
#pragma redefine_extname httpsys_native_recv _recv
#pragma redefine_extname httpsys_native_sendto _sendto
#pragma redefine_extname httpsys_native_recvfrom _recvfrom
#pragma redefine_extname httpsys_native_shutdown _shutdown
#pragma redefine_extname httpsys_native_setsockopt _setsockopt
#pragma redefine_extname httpsys_native_getsockopt _getsockopt
#pragma redefine_extname httpsys_native_getsockname _getsockname
#pragma redefine_extname httpsys_native_getpeername _getpeername
#pragma redefine_extname httpsys_native_inet_addr _inet_addr
#pragma redefine_extname httpsys_native_inet_ntoa _inet_ntoa
#pragma redefine_extname httpsys_native_inet_ntop _inet_ntop
#pragma redefine_extname httpsys_native_inet_pton _inet_pton
#pragma redefine_extname httpsys_native_getaddrinfo _getaddrinfo
#pragma redefine_extname httpsys_native_freeaddrinfo _freeaddrinfo
#pragma redefine_extname httpsys_native_getnameinfo _getnameinfo
#pragma redefine_extname httpsys_native_gethostbyname _gethostbyname
#pragma redefine_extname httpsys_native_gethostbyaddr _gethostbyaddr
#pragma redefine_extname httpsys_native_getservbyname _getservbyname
#pragma redefine_extname httpsys_native_getservbyport _getservbyport
#pragma redefine_extname httpsys_native_getprotobyname _getprotobyname
#pragma redefine_extname httpsys_native_getprotobynumber _getprotobynumber
#else
#pragma redefine_extname httpsys_native_socket socket
#pragma redefine_extname httpsys_native_bind bind
#pragma redefine_extname httpsys_native_listen listen
#pragma redefine_extname httpsys_native_accept accept
#pragma redefine_extname httpsys_native_connect connect
#pragma redefine_extname httpsys_native_send send
#pragma redefine_extname httpsys_native_recv recv
#pragma redefine_extname httpsys_native_sendto sendto
#pragma redefine_extname httpsys_native_recvfrom recvfrom
#pragma redefine_extname httpsys_native_shutdown shutdown
#pragma redefine_extname httpsys_native_setsockopt setsockopt
#pragma redefine_extname httpsys_native_getsockopt getsockopt
#pragma redefine_extname httpsys_native_getsockname getsockname
#pragma redefine_extname httpsys_native_getpeername getpeername
#pragma redefine_extname httpsys_native_inet_addr inet_addr
#pragma redefine_extname httpsys_native_inet_ntoa inet_ntoa
#pragma redefine_extname httpsys_native_inet_ntop inet_ntop
#pragma redefine_extname httpsys_native_inet_pton inet_pton
#pragma redefine_extname httpsys_native_getaddrinfo getaddrinfo
#pragma redefine_extname httpsys_native_freeaddrinfo freeaddrinfo
#pragma redefine_extname httpsys_native_getnameinfo getnameinfo
#pragma redefine_extname httpsys_native_gethostbyname gethostbyname
#pragma redefine_extname httpsys_native_gethostbyaddr gethostbyaddr
#pragma redefine_extname httpsys_native_getservbyname getservbyname
#pragma redefine_extname httpsys_native_getservbyport getservbyport
#pragma redefine_extname httpsys_native_getprotobyname getprotobyname
#pragma redefine_extname httpsys_native_getprotobynumber getprotobynumber
#endif
#define socket httpsys_native_socket
#define bind httpsys_native_bind
#define listen httpsys_native_listen
#define accept httpsys_native_accept
#define connect httpsys_native_connect
#define send httpsys_native_send
#define recv httpsys_native_recv
#define sendto httpsys_native_sendto
#define recvfrom httpsys_native_recvfrom
#define shutdown httpsys_native_shutdown
#define setsockopt httpsys_native_setsockopt
#define getsockopt httpsys_native_getsockopt
#define getsockname httpsys_native_getsockname
#define getpeername httpsys_native_getpeername
#define inet_addr httpsys_native_inet_addr
#define inet_ntoa httpsys_native_inet_ntoa
#define inet_ntop httpsys_native_inet_ntop
#define inet_pton httpsys_native_inet_pton
#define getaddrinfo httpsys_native_getaddrinfo
#define freeaddrinfo httpsys_native_freeaddrinfo
#define getnameinfo httpsys_native_getnameinfo
#define gethostbyname httpsys_native_gethostbyname
#define gethostbyaddr httpsys_native_gethostbyaddr
#define getservbyname httpsys_native_getservbyname
#define getservbyport httpsys_native_getservbyport
#define getprotobyname httpsys_native_getprotobyname
#define getprotobynumber httpsys_native_getprotobynumber

/* Types. */
#define sockaddr httpsys_native_sockaddr
#define sockaddr_in httpsys_native_sockaddr_in
#define sockaddr_in6 httpsys_native_sockaddr_in6
#define sockaddr_storage httpsys_native_sockaddr_storage
#define in_addr httpsys_native_in_addr
#define in6_addr httpsys_native_in6_addr
#define addrinfo httpsys_native_addrinfo
#define hostent httpsys_native_hostent
#define servent httpsys_native_servent
#define protoent httpsys_native_protoent
#define linger httpsys_native_linger
#define ip_mreq httpsys_native_ip_mreq
#define ip_mreq_source httpsys_native_ip_mreq_source
#define ipv6_mreq httpsys_native_ipv6_mreq
#define group_req httpsys_native_group_req
#define group_source_req httpsys_native_group_source_req

/* What the system has as constants of an enumeration, or in another form. */
#undef socklen_t
#undef SOCK_STREAM
#undef SOCK_DGRAM
#undef SOCK_RAW
#undef SOCK_RDM
#undef SOCK_SEQPACKET
#undef IPPROTO_IP
#undef IPPROTO_HOPOPTS
#undef IPPROTO_ICMP
#undef IPPROTO_IGMP
#undef IPPROTO_TCP
#undef IPPROTO_UDP
#undef IPPROTO_IPV6
#undef IPPROTO_ROUTING
#undef IPPROTO_FRAGMENT
#undef IPPROTO_ESP
#undef IPPROTO_AH
#undef IPPROTO_ICMPV6
#undef IPPROTO_NONE
#undef IPPROTO_DSTOPTS
#undef IPPROTO_RAW
#undef IPPROTO_MAX
#undef MSG_OOB
#undef MSG_PEEK
#undef MSG_DONTROUTE
#undef MSG_WAITALL
#undef MSG_TRUNC
#undef MSG_CTRUNC
#undef INET_ADDRSTRLEN
#undef INET6_ADDRSTRLEN
#undef h_addr
#undef s6_addr
#undef in6addr_any
#undef in6addr_loopback

#endif /* HTTPSYS_NATIVE_NAMES_H */
