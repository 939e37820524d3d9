// gateway - a small reverse proxy: what comes to /front/ is asked of /back/ through Winsock.
//
//   gateway port
//
//   GET  /back/...   the server behind: says what it was asked
//   POST /back/...   sends the body back in upper case
//   any  /front/...  the same through the gateway
//   GET  /front/quit ends the program
//   GET  /self       resolves its own name, looks at the addresses of a connection to itself
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <http.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#pragma comment(lib, "ws2_32.lib")
#pragma comment(lib, "httpapi.lib")

static HANDLE           g_queue = NULL;
static std::string      g_port;
static CRITICAL_SECTION g_logLock;
static std::vector<std::string> g_log;

struct Lock
{
    Lock() { EnterCriticalSection(&g_logLock); }
    ~Lock() { LeaveCriticalSection(&g_logLock); }
};

static void Log(const char *format, ...)
{
    char    line[256];
    va_list args;
    va_start(args, format);
    _vsnprintf_s(line, sizeof(line), _TRUNCATE, format, args);
    va_end(args);
    Lock lock;
    g_log.push_back(line);
}

class Socket
{
public:
    Socket() : m_socket(INVALID_SOCKET) {}
    ~Socket() { Close(); }

    int Connect(const char *host, const char *port)
    {
        ADDRINFOA  hints;
        PADDRINFOA list = NULL;
        ZeroMemory(&hints, sizeof(hints));
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_protocol = IPPROTO_TCP;
        int error = getaddrinfo(host, port, &hints, &list);
        if (error != 0)
            return error;
        error = WSAECONNREFUSED;
        for (PADDRINFOA it = list; it != NULL; it = it->ai_next)
        {
            m_socket = socket(it->ai_family, it->ai_socktype, it->ai_protocol);
            if (m_socket == INVALID_SOCKET)
            {
                error = WSAGetLastError();
                continue;
            }
            if (connect(m_socket, it->ai_addr, (int)it->ai_addrlen) == 0)
            {
                error = 0;
                break;
            }
            error = WSAGetLastError();
            Close();
        }
        freeaddrinfo(list);
        if (error == 0)
        {
            DWORD timeout = 20000;
            BOOL  noDelay = TRUE;
            setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, (const char *)&timeout, sizeof(timeout));
            setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, (const char *)&noDelay,
                       sizeof(noDelay));
        }
        return error;
    }

    bool Send(const std::string &bytes)
    {
        size_t done = 0;
        while (done < bytes.size())
        {
            int sent = send(m_socket, bytes.data() + done, (int)(bytes.size() - done), 0);
            if (sent == SOCKET_ERROR)
                return false;
            done += sent;
        }
        return true;
    }

    // Everything to the end of the connection.
    bool ReadAll(std::string &bytes)
    {
        char buffer[1024];
        int  got;
        while ((got = recv(m_socket, buffer, sizeof(buffer), 0)) > 0)
            bytes.append(buffer, got);
        return got == 0;
    }

    SOCKET Get() const { return m_socket; }

    void Close()
    {
        if (m_socket != INVALID_SOCKET)
        {
            shutdown(m_socket, SD_SEND);
            closesocket(m_socket);
            m_socket = INVALID_SOCKET;
        }
    }

private:
    SOCKET m_socket;
};

static void Reply(PHTTP_REQUEST request, USHORT status, const std::string &reason,
                  const std::string &body, const std::string &via = "")
{
    HTTP_RESPONSE       response;
    HTTP_DATA_CHUNK     chunk;
    ZeroMemory(&response, sizeof(response));
    response.StatusCode = status;
    response.pReason = reason.c_str();
    response.ReasonLength = (USHORT)reason.size();
    if (!via.empty())
    {
        response.Headers.KnownHeaders[HttpHeaderVia].pRawValue = via.c_str();
        response.Headers.KnownHeaders[HttpHeaderVia].RawValueLength = (USHORT)via.size();
    }
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (PVOID)body.data();
    chunk.FromMemory.BufferLength = (ULONG)body.size();
    if (!body.empty())
    {
        response.EntityChunkCount = 1;
        response.pEntityChunks = &chunk;
    }
    HttpSendHttpResponse(g_queue, request->RequestId, 0, &response, NULL, NULL, NULL, 0, NULL,
                         NULL);
}

static std::string ReadBody(PHTTP_REQUEST request)
{
    std::string body;
    char        buffer[1024];
    ULONG       got = 0;
    while (HttpReceiveRequestEntityBody(g_queue, request->RequestId, 0, buffer, sizeof(buffer),
                                        &got, NULL) == NO_ERROR)
        body.append(buffer, got);
    return body;
}

// ---- The server behind ----

static void Back(PHTTP_REQUEST request, const std::string &path)
{
    if (request->Verb == HttpVerbPOST)
    {
        std::string body = ReadBody(request);
        if (!body.empty())
            CharUpperBuffA(&body[0], (DWORD)body.size());
        Reply(request, 200, "OK", body);
        return;
    }
    const HTTP_KNOWN_HEADER &forwarded = request->Headers.KnownHeaders[HttpHeaderVia];
    std::string text = "behind: " + path + "\r\n";
    if (forwarded.RawValueLength)
        text += "via: " + std::string(forwarded.pRawValue, forwarded.RawValueLength) + "\r\n";
    if (path == "/back/missing")
        Reply(request, 404, "Not Found", text);
    else
        Reply(request, 200, "OK", text);
}

// ---- The gateway ----

static void Front(PHTTP_REQUEST request, const std::string &path)
{
    Socket socket;
    int    error = socket.Connect("localhost", g_port.c_str());
    if (error != 0)
    {
        Log("connect: %d", error);
        Reply(request, 502, "Bad Gateway", "nobody behind\r\n");
        return;
    }
    std::string body = ReadBody(request);
    std::string head = request->Verb == HttpVerbPOST ? "POST " : "GET ";
    head += "/back/" + path.substr(7) + " HTTP/1.1\r\nHost: localhost:" + g_port +
            "\r\nVia: 1.1 gateway\r\nConnection: close\r\n";
    if (request->Verb == HttpVerbPOST)
        head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    std::string answer;
    if (!socket.Send(head + "\r\n" + body) || !socket.ReadAll(answer))
    {
        Log("forwarding: %d", WSAGetLastError());
        Reply(request, 502, "Bad Gateway", "broken off\r\n");
        return;
    }
    const size_t end = answer.find("\r\n\r\n");
    unsigned     status = 0;
    if (end == std::string::npos || sscanf_s(answer.c_str(), "HTTP/1.1 %u", &status) != 1)
    {
        Reply(request, 502, "Bad Gateway", "not understood\r\n");
        return;
    }
    const size_t line = answer.find("\r\n");
    Log("%s -> %u", path.c_str(), status);
    Reply(request, (USHORT)status, answer.substr(13, line - 13), answer.substr(end + 4),
          "1.1 gateway");
}

static void Self(PHTTP_REQUEST request)
{
    std::string      text;
    char             host[NI_MAXHOST], service[NI_MAXSERV], number[64];
    SOCKADDR_STORAGE peer;
    int              length = sizeof(peer);
    Socket           socket;
    u_long           available = 0, nonBlocking = 1;

    int error = socket.Connect("127.0.0.1", g_port.c_str());
    if (error != 0)
    {
        Reply(request, 500, "Internal Server Error", "error " + std::to_string(error) + "\r\n");
        return;
    }
    if (getpeername(socket.Get(), (SOCKADDR *)&peer, &length) == 0 &&
        getnameinfo((SOCKADDR *)&peer, length, host, sizeof(host), service, sizeof(service),
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        text += std::string("peer ") + host + (g_port == service ? ", our port" : ", ?") + "\r\n";
    const SOCKADDR_IN *v4 = (const SOCKADDR_IN *)&peer;
    text += std::string("family ") + std::to_string(peer.ss_family) + ", " +
            (inet_ntop(AF_INET, (PVOID)&v4->sin_addr, number, sizeof(number)) ? number : "?") +
            (ntohs(v4->sin_port) == atoi(g_port.c_str()) ? "" : ", another port") + "\r\n";

    // Nothing was sent yet, so nothing comes.
    ioctlsocket(socket.Get(), FIONREAD, &available);
    ioctlsocket(socket.Get(), FIONBIO, &nonBlocking);
    char byte;
    int  got = recv(socket.Get(), &byte, 1, 0);
    text += std::to_string(available) + " bytes, recv " + std::to_string(got) +
            (got == SOCKET_ERROR && WSAGetLastError() == WSAEWOULDBLOCK ? ", would block" : "") +
            "\r\n";
    fd_set writable;
    FD_ZERO(&writable);
    FD_SET(socket.Get(), &writable);
    TIMEVAL patience = {10, 0};
    text += "select " + std::to_string(select(0, NULL, &writable, NULL, &patience)) + ", " +
            (FD_ISSET(socket.Get(), &writable) ? "writable" : "not writable") + "\r\n";

    // A socket that is none.
    got = recv(INVALID_SOCKET, &byte, 1, 0);
    text += "recv of no socket: " + std::to_string(WSAGetLastError()) + "\r\n";
    // A port that nobody listens on: bound and not listening.
    SOCKET      idle = ::socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    SOCKADDR_IN address;
    ZeroMemory(&address, sizeof(address));
    address.sin_family = AF_INET;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    length = sizeof(address);
    if (bind(idle, (SOCKADDR *)&address, sizeof(address)) == 0 &&
        getsockname(idle, (SOCKADDR *)&address, &length) == 0)
    {
        Socket refused;
        error = refused.Connect("127.0.0.1", std::to_string(ntohs(address.sin_port)).c_str());
        text += "refused: " + std::to_string(error) + "\r\n";
    }
    closesocket(idle);
    Reply(request, 200, "OK", text);
}

static DWORD WINAPI Worker(LPVOID)
{
    std::vector<BYTE> buffer(sizeof(HTTP_REQUEST) + 8192);
    PHTTP_REQUEST     request = (PHTTP_REQUEST)&buffer[0];
    ULONG             result;
    for (;;)
    {
        result = HttpReceiveHttpRequest(g_queue, HTTP_NULL_ID, 0, request, (ULONG)buffer.size(),
                                        NULL, NULL);
        if (result == ERROR_CONNECTION_INVALID)
            continue;
        if (result != NO_ERROR)
            return result;
        std::string path;
        const HTTP_COOKED_URL &url = request->CookedUrl;
        for (USHORT i = 0; i < url.AbsPathLength / sizeof(WCHAR); i++)
            path += url.pAbsPath[i] < 128 ? (char)url.pAbsPath[i] : '?';
        if (path == "/front/quit")
        {
            Reply(request, 200, "OK", "bye\r\n");
            HttpShutdownRequestQueue(g_queue);
        }
        else if (path.compare(0, 7, "/front/") == 0)
            Front(request, path);
        else if (path.compare(0, 6, "/back/") == 0)
            Back(request, path);
        else if (path == "/self")
            Self(request);
        else
            Reply(request, 404, "Not Found", "neither front nor back\r\n");
    }
}

int main(int argc, char **argv)
{
    WSADATA data;
    if (argc != 2 || WSAStartup(MAKEWORD(2, 2), &data) != 0)
    {
        fprintf(stderr, "usage: gateway port\n");
        return 2;
    }
    g_port = argv[1];
    InitializeCriticalSection(&g_logLock);

    const HTTPAPI_VERSION  version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session = HTTP_NULL_ID;
    HTTP_URL_GROUP_ID      group = HTTP_NULL_ID;
    ULONG                  result = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL);
    if (result == NO_ERROR)
        result = HttpCreateServerSession(version, &session, 0);
    if (result == NO_ERROR)
        result = HttpCreateUrlGroup(session, &group, 0);
    if (result == NO_ERROR)
        result = HttpCreateRequestQueue(version, NULL, NULL, 0, &g_queue);
    const std::wstring url = L"http://localhost:" + std::wstring(g_port.begin(), g_port.end()) +
                             L"/";
    if (result == NO_ERROR)
        result = HttpAddUrlToUrlGroup(group, url.c_str(), 0, 0);
    if (result == NO_ERROR)
    {
        HTTP_BINDING_INFO binding = {{1}, g_queue};
        result = HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding,
                                         sizeof(binding));
    }
    if (result != NO_ERROR)
    {
        fprintf(stderr, "cannot serve: %lu\n", result);
        return 1;
    }
    // A request through the gateway needs two.
    HANDLE threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, Worker, NULL, 0, NULL);
    WaitForMultipleObjects(4, threads, TRUE, INFINITE);
    for (int i = 0; i < 4; i++)
        CloseHandle(threads[i]);
    HttpCloseUrlGroup(group);
    HttpCloseServerSession(session);
    HttpCloseRequestQueue(g_queue);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    for (const std::string &line : g_log)
        printf("%s\n", line.c_str());
    DeleteCriticalSection(&g_logLock);
    WSACleanup();
    return 0;
}
