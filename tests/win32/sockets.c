/* Winsock as servers use it beside http.h: start-up, names, connections, datagrams, options, select and poll,
 * overlapped calls through event and completion port, and what happens to a call whose socket is closed. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "check.h"

#define FAILS_AS(code, condition)                                                                  \
    do {                                                                                           \
        WSASetLastError(0xDEAD);                                                                   \
        check((condition), #condition, __FILE__, __LINE__);                                        \
        check_code((code), #condition, __FILE__, __LINE__);                                        \
    } while (0)

static struct sockaddr_in loopback(u_short port)
{
    struct sockaddr_in address;

    ZeroMemory(&address, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = port;
    return address;
}

static u_short port_of(SOCKET s)
{
    struct sockaddr_in address;
    int length = sizeof(address);

    CHECK(getsockname(s, (struct sockaddr *)&address, &length) == 0);
    CHECK(length == sizeof(address) && address.sin_family == AF_INET);
    return address.sin_port;
}

static SOCKET listening(void)
{
    struct sockaddr_in address = loopback(0);
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    CHECK(s != INVALID_SOCKET);
    CHECK(bind(s, (struct sockaddr *)&address, sizeof(address)) == 0);
    CHECK(listen(s, SOMAXCONN) == 0);
    return s;
}

/* Two sockets that are connected to each other. */
static void connected(SOCKET *client, SOCKET *server)
{
    SOCKET s = listening();
    struct sockaddr_in address = loopback(port_of(s)), peer;
    int length = sizeof(peer);

    *client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(*client, (struct sockaddr *)&address, sizeof(address)) == 0);
    *server = accept(s, (struct sockaddr *)&peer, &length);
    CHECK(*server != INVALID_SOCKET);
    CHECK(length == sizeof(peer) && peer.sin_family == AF_INET && peer.sin_port == port_of(*client));
    CHECK(closesocket(s) == 0);
}

static void before_startup(void)
{
    char name[64];
    struct addrinfo *list = NULL;

    FAILS_AS(WSANOTINITIALISED, socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET);
    FAILS_AS(WSANOTINITIALISED, closesocket((SOCKET)4) == SOCKET_ERROR);
#ifndef __MINGW32__
    /* Wine answers; the documentation has the code. */
    FAILS_AS(WSANOTINITIALISED, gethostname(name, sizeof(name)) == SOCKET_ERROR);
    CHECK(getaddrinfo("localhost", NULL, NULL, &list) == WSANOTINITIALISED);
#endif
    (void)name;
    (void)list;
    FAILS_AS(WSANOTINITIALISED, WSACleanup() == SOCKET_ERROR);
}

static void wrong_arguments(void)
{
    struct sockaddr_in address = loopback(0);
    SOCKET s = listening(), other;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    char byte = 0;
    int length;
    u_long value = 0;

    FAILS_AS(WSAEAFNOSUPPORT, socket(77, SOCK_STREAM, 0) == INVALID_SOCKET);
    FAILS_AS(WSAEPROTONOSUPPORT, socket(AF_INET, SOCK_STREAM, IPPROTO_UDP) == INVALID_SOCKET);
    FAILS_AS(WSAENOTSOCK, listen((SOCKET)event, 1) == SOCKET_ERROR);
    FAILS_AS(WSAENOTSOCK, closesocket(INVALID_SOCKET) == SOCKET_ERROR);
    FAILS_AS(WSAENOTSOCK, recv(0, &byte, 1, 0) == SOCKET_ERROR);
    FAILS_AS(WSAEINVAL, bind(s, (struct sockaddr *)&address, sizeof(address)) == SOCKET_ERROR);
#ifndef __MINGW32__
    /* Wine waits. */
    FAILS_AS(WSAENOTCONN, send(s, &byte, 1, 0) == SOCKET_ERROR);
#endif
    FAILS_AS(WSAENOTCONN, shutdown(s, SD_BOTH) == SOCKET_ERROR);
    FAILS_AS(WSAEFAULT, ioctlsocket(s, FIONBIO, NULL) == SOCKET_ERROR);
    value = 1;
    CHECK(ioctlsocket(s, FIONBIO, &value) == 0);
    FAILS_AS(WSAEWOULDBLOCK, accept(s, NULL, NULL) == INVALID_SOCKET);

    other = socket(AF_INET, SOCK_STREAM, 0);
    FAILS_AS(WSAEINVAL, listen(other, 5) == SOCKET_ERROR);
    length = sizeof(address);
    FAILS_AS(WSAEINVAL, getsockname(other, (struct sockaddr *)&address, &length) == SOCKET_ERROR);
    FAILS_AS(WSAENOTCONN, getpeername(other, (struct sockaddr *)&address, &length) == SOCKET_ERROR);
    FAILS_AS(WSAEFAULT, bind(other, (struct sockaddr *)&address, 8) == SOCKET_ERROR);
    address = loopback(port_of(s));
    FAILS_AS(WSAEADDRINUSE, bind(other, (struct sockaddr *)&address, sizeof(address)) == SOCKET_ERROR);
    CHECK(closesocket(s) == 0);
    FAILS_AS(WSAENOTSOCK, closesocket(s) == SOCKET_ERROR);
    /* Nobody listens there any more. */
    FAILS_AS(WSAECONNREFUSED, connect(other, (struct sockaddr *)&address, sizeof(address)) == SOCKET_ERROR);
    CHECK(closesocket(other) == 0);
    CloseHandle(event);
}

static void a_conversation(void)
{
    SOCKET client, server;
    char text[16];
    WSABUF buffers[2];
    DWORD bytes = 0, flags = 0;
    u_long waiting = 0;

    connected(&client, &server);
    CHECK(send(client, "hello", 5, 0) == 5);
    CHECK(recv(server, text, 5, MSG_PEEK | 0) > 0);
    CHECK(recv(server, text, 5, MSG_WAITALL) == 5 && memcmp(text, "hello", 5) == 0);
    buffers[0].buf = (char *)"ab";
    buffers[0].len = 2;
    buffers[1].buf = (char *)"cde";
    buffers[1].len = 3;
    CHECK(WSASend(server, buffers, 2, &bytes, 0, NULL, NULL) == 0 && bytes == 5);
    while (waiting < 5) {
        CHECK(ioctlsocket(client, FIONREAD, &waiting) == 0);
    }
    buffers[0].buf = text;
    buffers[0].len = 1;
    buffers[1].buf = text + 8;
    buffers[1].len = 8;
    CHECK(WSARecv(client, buffers, 2, &bytes, &flags, NULL, NULL) == 0 && bytes == 5 && flags == 0);
    CHECK(text[0] == 'a' && memcmp(text + 8, "bcde", 4) == 0);
    CHECK(shutdown(client, SD_SEND) == 0);
    FAILS_AS(WSAESHUTDOWN, send(client, "x", 1, 0) == SOCKET_ERROR);
    CHECK(recv(server, text, sizeof(text), 0) == 0);
    CHECK(closesocket(server) == 0);
    CHECK(recv(client, text, sizeof(text), 0) == 0);
    CHECK(closesocket(client) == 0);
}

static void a_reset(void)
{
    SOCKET client, server;
    struct linger at_once = {1, 0};
    char byte;

    connected(&client, &server);
    CHECK(setsockopt(client, SOL_SOCKET, SO_LINGER, (char *)&at_once, sizeof(at_once)) == 0);
    CHECK(closesocket(client) == 0);
#ifndef __MINGW32__
    /* Wine closes without a reset. */
    FAILS_AS(WSAECONNRESET, recv(server, &byte, 1, 0) == SOCKET_ERROR);
#endif
    (void)byte;
    CHECK(closesocket(server) == 0);
}

static void datagrams(void)
{
    SOCKET a = socket(AF_INET, SOCK_DGRAM, 0), b = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    struct sockaddr_in to = loopback(0), from;
    int length = sizeof(from);
    char text[8];

    CHECK(bind(b, (struct sockaddr *)&to, sizeof(to)) == 0);
    to = loopback(port_of(b));
#ifdef __MINGW32__
    /* The documentation has WSAENOTCONN. */
    FAILS_AS(WSAEINVAL, send(a, "x", 1, 0) == SOCKET_ERROR);
#else
    FAILS_AS(WSAENOTCONN, send(a, "x", 1, 0) == SOCKET_ERROR);
#endif
    CHECK(sendto(a, "one", 3, 0, (struct sockaddr *)&to, sizeof(to)) == 3);
    CHECK(sendto(a, "longer than it", 14, 0, (struct sockaddr *)&to, sizeof(to)) == 14);
    CHECK(recvfrom(b, text, sizeof(text), 0, (struct sockaddr *)&from, &length) == 3);
    CHECK(length == sizeof(from) && from.sin_port == port_of(a));
    FAILS_AS(WSAEMSGSIZE, recvfrom(b, text, sizeof(text), 0, NULL, NULL) == SOCKET_ERROR);
    CHECK(memcmp(text, "longer t", 8) == 0);
    FAILS_AS(WSAEOPNOTSUPP, listen(b, 1) == SOCKET_ERROR);
    closesocket(a);
    closesocket(b);
}

static void options(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), v6;
    DWORD value = 0, timeout = 50;
    int length = sizeof(value), on = 1;
    struct linger linger = {1, 7};
    SOCKET client, server;
    char byte;

    CHECK(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, &length) == 0 && value == SOCK_STREAM);
    CHECK(setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&on, sizeof(on)) == 0);
    CHECK(getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, &length) == 0 && value != 0);
    CHECK(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on)) == 0);
    CHECK(getsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&value, &length) == 0 && value != 0);
    CHECK(setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, sizeof(linger)) == 0);
    ZeroMemory(&linger, sizeof(linger));
    length = sizeof(linger);
    CHECK(getsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, &length) == 0);
    CHECK(linger.l_onoff != 0 && linger.l_linger == 7);
    length = sizeof(value);
    CHECK(getsockopt(s, SOL_SOCKET, SO_DONTLINGER, (char *)&value, &length) == 0 && value == 0);
    CHECK(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&timeout, sizeof(timeout)) == 0);
    CHECK(getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&value, &length) == 0 && value == 50);
    CHECK(getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&value, &length) == 0 && value == 0);
    FAILS_AS(WSAEFAULT, setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, NULL, 4) == SOCKET_ERROR);
    FAILS_AS(WSAENOPROTOOPT, setsockopt(s, SOL_SOCKET, 0x7abc, (char *)&on, sizeof(on)) == SOCKET_ERROR);
    CHECK(setsockopt(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (char *)&on, sizeof(on)) == 0);
    FAILS_AS(WSAEINVAL, setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof(on)) == SOCKET_ERROR);
    closesocket(s);

    v6 = socket(AF_INET6, SOCK_STREAM, 0);
    if (v6 != INVALID_SOCKET) {
        length = sizeof(value);
        CHECK(getsockopt(v6, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&value, &length) == 0 && value == 1);
        closesocket(v6);
    }

    connected(&client, &server);
    CHECK(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, (char *)&timeout, sizeof(timeout)) == 0);
    FAILS_AS(WSAETIMEDOUT, recv(client, &byte, 1, 0) == SOCKET_ERROR);
    closesocket(client);
    closesocket(server);
}

static void several_at_once(void)
{
    SOCKET client, server, s = listening();
    struct sockaddr_in address = loopback(port_of(s));
    fd_set readable, writable, failed;
    struct timeval none = {0, 0}, long_time = {30, 0};
    WSAPOLLFD entries[2];
    u_long on = 1;

    connected(&client, &server);
    FD_ZERO(&readable);
    FD_SET(client, &readable);
    FD_SET(client, &readable);
    FD_SET(s, &readable);
    CHECK(readable.fd_count == 2);
    CHECK(select(0, &readable, NULL, NULL, &none) == 0 && readable.fd_count == 0);
    FAILS_AS(WSAEINVAL, select(0, &readable, NULL, NULL, &none) == SOCKET_ERROR);
    CHECK(send(server, "x", 1, 0) == 1);
    FD_SET(client, &readable);
    FD_SET(s, &readable);
    FD_ZERO(&writable);
    FD_SET(client, &writable);
    CHECK(select(0, &readable, NULL, NULL, &long_time) == 1);
    CHECK(FD_ISSET(client, &readable) && !FD_ISSET(s, &readable) && readable.fd_array[0] == client);
    CHECK(select(0, &readable, &writable, NULL, &long_time) == 2);
    FD_CLR(client, &readable);
    CHECK(readable.fd_count == 0);

    entries[0].fd = client;
    entries[0].events = POLLIN | POLLOUT;
    entries[1].fd = s;
    entries[1].events = POLLIN;
    CHECK(WSAPoll(entries, 2, 10000) == 1);
    CHECK(entries[0].revents == (POLLRDNORM | POLLOUT) && entries[1].revents == 0);
    closesocket(server);
    CHECK(WSAPoll(entries, 1, 10000) == 1 && (entries[0].revents & POLLRDNORM) != 0);
    closesocket(client);
    FAILS_AS(WSAEINVAL, WSAPoll(entries, 0, 0) == SOCKET_ERROR);

    /* A connect that goes on, first with success, then without. */
    client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(ioctlsocket(client, FIONBIO, &on) == 0);
    FAILS_AS(WSAEWOULDBLOCK, connect(client, (struct sockaddr *)&address, sizeof(address)) == SOCKET_ERROR);
    FD_ZERO(&writable);
    FD_ZERO(&failed);
    FD_SET(client, &writable);
    FD_SET(client, &failed);
    CHECK(select(0, NULL, &writable, &failed, &long_time) == 1 && FD_ISSET(client, &writable));
    FAILS_AS(WSAEISCONN, connect(client, (struct sockaddr *)&address, sizeof(address)) == SOCKET_ERROR);
    closesocket(client);
    closesocket(s);
    client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(ioctlsocket(client, FIONBIO, &on) == 0);
    FAILS_AS(WSAEWOULDBLOCK, connect(client, (struct sockaddr *)&address, sizeof(address)) == SOCKET_ERROR);
    FD_ZERO(&writable);
    FD_SET(client, &writable);
    FD_ZERO(&failed);
    FD_SET(client, &failed);
    CHECK(select(0, NULL, &writable, &failed, &long_time) == 1 && FD_ISSET(client, &failed));
    {
        int code = 0, length = sizeof(code);

        CHECK(getsockopt(client, SOL_SOCKET, SO_ERROR, (char *)&code, &length) == 0);
        CHECK(code == WSAECONNREFUSED);
    }
    closesocket(client);
}

static DWORD WINAPI close_it(LPVOID s)
{
    Sleep(50);
    return (DWORD)closesocket(*(SOCKET *)s);
}

static void closed_while_in_use(void)
{
    SOCKET s = listening();
    HANDLE thread = CreateThread(NULL, 0, close_it, &s, 0, NULL);

#ifdef __MINGW32__
    /* The documentation has WSAEINTR. */
    FAILS_AS(WSA_OPERATION_ABORTED, accept(s, NULL, NULL) == INVALID_SOCKET);
#else
    FAILS_AS(WSAEINTR, accept(s, NULL, NULL) == INVALID_SOCKET);
#endif
    CHECK(WaitForSingleObject(thread, 30000) == WAIT_OBJECT_0);
    CloseHandle(thread);
}

static void names(void)
{
    struct addrinfo hints, *list = NULL;
    ADDRINFOW *wide = NULL;
    char host[256], service[32], text[64];
    struct hostent *entry;
    struct servent *http;
    struct in6_addr six;
    SOCKADDR_STORAGE storage;
    int length;
    DWORD room;

    ZeroMemory(&hints, sizeof(hints));
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    CHECK(getaddrinfo(NULL, "8080", &hints, &list) == 0);
    CHECK(list->ai_family == AF_INET && list->ai_socktype == SOCK_STREAM && list->ai_addrlen == 16);
    CHECK(((struct sockaddr_in *)list->ai_addr)->sin_port == htons(8080));
    CHECK(((struct sockaddr_in *)list->ai_addr)->sin_addr.s_addr == INADDR_ANY);
    freeaddrinfo(list);
    hints.ai_family = AF_UNSPEC;
    hints.ai_flags = AI_NUMERICHOST;
    CHECK(getaddrinfo("::1", "80", &hints, &list) == 0);
    CHECK(list->ai_family == AF_INET6 && list->ai_addr->sa_family == AF_INET6 && list->ai_addrlen == 28);
    CHECK(getnameinfo(list->ai_addr, (socklen_t)list->ai_addrlen, host, sizeof(host), service,
                      sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV) == 0);
    CHECK(strcmp(host, "::1") == 0 && strcmp(service, "80") == 0);
    freeaddrinfo(list);
    list = NULL;
    CHECK(getaddrinfo("not a number", NULL, &hints, &list) == WSAHOST_NOT_FOUND && list == NULL);
    CHECK(GetAddrInfoW(L"127.0.0.1", L"443", NULL, &wide) == 0 && wide->ai_family == AF_INET);
#ifndef __MINGW32__
    /* Wine has an entry for each kind of socket. */
    CHECK(wide->ai_next == NULL);
#endif
    FreeAddrInfoW(wide);

    entry = gethostbyname("127.0.0.1");
    CHECK(entry != NULL && entry->h_addrtype == AF_INET && entry->h_length == 4);
    CHECK(entry != NULL && *(ULONG *)entry->h_addr == htonl(INADDR_LOOPBACK));
    http = getservbyname("http", "tcp");
    CHECK(http != NULL && http->s_port == (short)htons(80) && strcmp(http->s_proto, "tcp") == 0);
    FAILS_AS(WSANO_DATA, getservbyname("no such service", "tcp") == NULL);
    CHECK(gethostname(host, sizeof(host)) == 0 && host[0] != 0);
    FAILS_AS(WSAEFAULT, gethostname(host, 1) == SOCKET_ERROR);

    CHECK(inet_addr("1.2.3.4") == htonl(0x01020304));
    CHECK(inet_pton(AF_INET6, "fe80::1", &six) == 1 && six.s6_addr[0] == 0xfe && six.s6_addr[15] == 1);
    CHECK(inet_ntop(AF_INET6, &six, text, sizeof(text)) == text && strcmp(text, "fe80::1") == 0);
    CHECK(inet_pton(AF_INET, "1.2.3", &six) == 0);
    FAILS_AS(WSAEAFNOSUPPORT, inet_pton(99, "1.2.3.4", &six) == -1);
    length = sizeof(storage);
    CHECK(WSAStringToAddressA((char *)"[::1]:81", AF_INET6, NULL, (SOCKADDR *)&storage, &length) == 0);
    CHECK(storage.ss_family == AF_INET6 && length == 28);
    room = sizeof(text);
    CHECK(WSAAddressToStringA((SOCKADDR *)&storage, (DWORD)length, NULL, text, &room) == 0);
    CHECK(strcmp(text, "[::1]:81") == 0 && room == 9);
    CHECK(IN6_IS_ADDR_LOOPBACK(&((SOCKADDR_IN6 *)&storage)->sin6_addr));
}

static void overlapped(void)
{
    SOCKET client, server;
    WSAOVERLAPPED call, second;
    OVERLAPPED *ended;
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    char text[16], more[16];
    WSABUF buffer = {sizeof(text), text}, next = {sizeof(more), more};
    DWORD bytes = 0, flags = 0;
    ULONG_PTR key = 0;

    connected(&client, &server);
    ZeroMemory(&call, sizeof(call));
    call.hEvent = WSACreateEvent();
    FAILS_AS(WSA_IO_PENDING, WSARecv(server, &buffer, 1, NULL, &flags, &call, NULL) == SOCKET_ERROR);
    FAILS_AS(WSA_IO_INCOMPLETE, !WSAGetOverlappedResult(server, &call, &bytes, FALSE, &flags));
    CHECK(send(client, "event", 5, 0) == 5);
    CHECK(WSAWaitForMultipleEvents(1, &call.hEvent, TRUE, 30000, FALSE) == WSA_WAIT_EVENT_0);
    CHECK(WSAGetOverlappedResult(server, &call, &bytes, FALSE, &flags) && bytes == 5);
    CHECK(memcmp(text, "event", 5) == 0);
    CHECK(WSACloseEvent(call.hEvent));

    /* Two receives at once: in their order. */
    CHECK(CreateIoCompletionPort((HANDLE)server, port, 42, 0) == port);
    ZeroMemory(&call, sizeof(call));
    ZeroMemory(&second, sizeof(second));
    buffer.len = 3;
    FAILS_AS(WSA_IO_PENDING, WSARecv(server, &buffer, 1, NULL, &flags, &call, NULL) == SOCKET_ERROR);
    FAILS_AS(WSA_IO_PENDING, WSARecv(server, &next, 1, NULL, &flags, &second, NULL) == SOCKET_ERROR);
    CHECK(send(client, "abcdef", 6, 0) == 6);
    CHECK(GetQueuedCompletionStatus(port, &bytes, &key, &ended, 30000));
    CHECK(ended == &call && bytes == 3 && key == 42 && memcmp(text, "abc", 3) == 0);
    CHECK(GetQueuedCompletionStatus(port, &bytes, &key, &ended, 30000));
    CHECK(ended == &second && bytes == 3 && memcmp(more, "def", 3) == 0);

    /* A send that is done at once has its packet, too. */
    CHECK(WSASend(server, &buffer, 1, &bytes, 0, &call, NULL) == 0 && bytes == 3);
    CHECK(GetQueuedCompletionStatus(port, &bytes, &key, &ended, 30000) && ended == &call && bytes == 3);

    FAILS_AS(WSA_IO_PENDING, WSARecv(server, &buffer, 1, NULL, &flags, &call, NULL) == SOCKET_ERROR);
    CHECK(CancelIoEx((HANDLE)server, &call));
    FAILS(WSA_OPERATION_ABORTED, GetQueuedCompletionStatus(port, &bytes, &key, &ended, 30000));
    CHECK(ended == &call);
    FAILS(ERROR_NOT_FOUND, CancelIoEx((HANDLE)server, &call));
    FAILS_AS(WSA_IO_PENDING, WSARecv(server, &buffer, 1, NULL, &flags, &call, NULL) == SOCKET_ERROR);
    closesocket(server);
    CHECK(!GetQueuedCompletionStatus(port, &bytes, &key, &ended, 30000) && ended == &call);
    closesocket(client);
    CloseHandle(port);
}

int main(void)
{
    WSADATA data;

    before_startup();
    CHECK(WSAStartup(MAKEWORD(2, 2), &data) == 0 && data.wVersion == MAKEWORD(2, 2));
    wrong_arguments();
    a_conversation();
    a_reset();
    datagrams();
    options();
    several_at_once();
    closed_while_in_use();
    names();
    overlapped();
    CHECK(WSACleanup() == 0);
    return FINISH();
}
