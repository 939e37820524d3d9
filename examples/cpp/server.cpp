#include "server.hpp"

#include <algorithm>

namespace {

void Check(const char *function, ULONG result)
{
    if (result != NO_ERROR) {
        throw ApiError(function, result);
    }
}

void Succeeded(const char *function, bool succeeded)
{
    Check(function, succeeded ? NO_ERROR : GetLastError());
}

const char *Reason(USHORT status)
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    default: return "Internal Server Error";
    }
}

void Set(HTTP_RESPONSE &response, HTTP_HEADER_ID id, const std::string &value)
{
    response.Headers.KnownHeaders[id].pRawValue = value.c_str();
    response.Headers.KnownHeaders[id].RawValueLength = static_cast<USHORT>(value.size());
}

} // namespace

Ticket::Ticket(Server &server) : server_(&server)
{
    const std::lock_guard held(server.lock_);
    ++server.tickets_;
}

Ticket::~Ticket()
{
    if (server_ != nullptr) {
        const std::lock_guard held(server_->lock_);
        --server_->tickets_;
        WakeAllConditionVariable(&server_->fewer_);
    }
}

Exchange::Exchange(Server &server) : server_(server), ticket_(server), buffer_(sizeof(HTTP_REQUEST) + 2048) {}

Exchange::~Exchange()
{
    if (!buffer_.empty() && server_.TakeUnanswered(Request()->RequestId)) {
        HttpCancelHttpRequest(server_.queue_, Request()->RequestId, nullptr); // or its client would wait forever
    }
}

std::wstring_view Exchange::Path()
{
    const HTTP_COOKED_URL &url = Request()->CookedUrl;
    return {url.pAbsPath, url.AbsPathLength / sizeof(wchar_t)};
}

std::wstring_view Exchange::Query()
{
    const HTTP_COOKED_URL &url = Request()->CookedUrl;
    if (url.pQueryString == nullptr) {
        return {};
    }
    return {url.pQueryString + 1, url.QueryStringLength / sizeof(wchar_t) - 1};
}

Server::Server(Handler handler) : handler_(std::move(handler))
{
    const HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    Check("HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_SERVER, nullptr));
}

// Once the other constructor has ended, the destructor runs even if this one throws.
Server::Server(const std::wstring &url, Handler handler) : Server(std::move(handler))
{
    const HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    Check("HttpCreateServerSession", HttpCreateServerSession(version, &session_, 0));
    Check("HttpCreateUrlGroup", HttpCreateUrlGroup(session_, &group_, 0));
    Check("HttpCreateRequestQueue", HttpCreateRequestQueue(version, nullptr, nullptr, 0, &queue_));
    HTTP_BINDING_INFO binding = {};
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue_;
    Check("HttpSetUrlGroupProperty",
          HttpSetUrlGroupProperty(group_, HttpServerBindingProperty, &binding, sizeof(binding)));
    port_ = CreateIoCompletionPort(queue_, nullptr, 0, 0);
    Succeeded("CreateIoCompletionPort", port_ != nullptr);
    // No packet for a call that completes immediately: its coroutine continues without one.
    Succeeded("SetFileCompletionNotificationModes",
              SetFileCompletionNotificationModes(queue_, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    Check("HttpAddUrlToUrlGroup", HttpAddUrlToUrlGroup(group_, url.c_str(), 0, 0));
}

Server::~Server()
{
    if (group_ != HTTP_NULL_ID) {
        HttpCloseUrlGroup(group_);
    }
    if (session_ != HTTP_NULL_ID) {
        HttpCloseServerSession(session_);
    }
    if (queue_ != nullptr) {
        HttpCloseRequestQueue(queue_);
    }
    if (port_ != nullptr) {
        CloseHandle(port_);
    }
    HttpTerminate(HTTP_INITIALIZE_SERVER, nullptr);
}

void Server::Start(int threads, int receives)
{
    for (int n = 0; n < threads; ++n) {
        const HANDLE thread = CreateThread(nullptr, 0, Work, this, 0, nullptr);
        Succeeded("CreateThread", thread != nullptr);
        threads_.push_back(thread);
    }
    receives_ = receives;
    for (int n = 0; n < receives; ++n) {
        Receive();
    }
}

// One receive after the other. While a request is answered, the next one is received.
Detached Server::Receive()
{
    const Ticket ticket(*this);
    for (;;) {
        Exchange exchange(*this);
        HTTP_REQUEST_ID id = HTTP_NULL_ID;
        CallResult received;
        for (;;) {
            received = co_await Async([&](OVERLAPPED *overlapped, ULONG *bytes) {
                return HttpReceiveHttpRequest(queue_, id, 0, exchange.Request(),
                                              static_cast<ULONG>(exchange.buffer_.size()), bytes, overlapped);
            });
            if (received.error != ERROR_MORE_DATA) {
                break;
            }
            id = exchange.Request()->RequestId; // ours, but longer than the buffer
            exchange.buffer_.resize(received.bytes);
        }
        if (received.error == NO_ERROR) {
            {
                const std::lock_guard held(lock_);
                unanswered_.insert(exchange.Request()->RequestId);
            }
            handler_(std::move(exchange));
        } else if (received.error != ERROR_CONNECTION_INVALID || id == HTTP_NULL_ID) {
            co_return; // the queue was shut down
        } // else the client went away between the two receives
    }
}

DWORD WINAPI Server::Work(LPVOID server)
{
    const HANDLE port = static_cast<Server *>(server)->port_;
    for (;;) {
        DWORD bytes = 0;
        ULONG_PTR key = 0;
        OVERLAPPED *overlapped = nullptr;
        const BOOL succeeded = GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE);
        const DWORD error = succeeded ? NO_ERROR : GetLastError();
        if (overlapped == nullptr) {
            return error; // End has sent it
        }
        const auto pending = static_cast<Pending *>(overlapped);
        pending->result = {error, bytes};
        pending->waiting.resume();
    }
}

ULONG Server::Send(HTTP_REQUEST *request, const Response &response, OVERLAPPED *overlapped, ULONG *bytes)
{
    HTTP_RESPONSE head = {};
    head.StatusCode = response.status;
    head.pReason = Reason(response.status);
    head.ReasonLength = static_cast<USHORT>(std::string_view(head.pReason).size());
    if (!response.type.empty()) {
        Set(head, HttpHeaderContentType, response.type);
    }
    if (!response.location.empty()) {
        Set(head, HttpHeaderLocation, response.location);
    }
    HTTP_DATA_CHUNK chunk = {};
    if (response.file != nullptr) {
        chunk.DataChunkType = HttpDataChunkFromFileHandle;
        chunk.FromFileHandle.ByteRange.Length.QuadPart = HTTP_BYTE_RANGE_TO_EOF;
        chunk.FromFileHandle.FileHandle = response.file;
    } else {
        chunk.DataChunkType = HttpDataChunkFromMemory;
        chunk.FromMemory.pBuffer = const_cast<char *>(response.body.data());
        chunk.FromMemory.BufferLength = static_cast<ULONG>(response.body.size());
    }
    if ((response.file != nullptr || !response.body.empty()) && request->Verb != HttpVerbHEAD) {
        head.EntityChunkCount = 1;
        head.pEntityChunks = &chunk;
    }
    bool ending;
    {
        const std::lock_guard held(lock_);
        ending = ending_;
    }
    return HttpSendHttpResponse(queue_, request->RequestId, ending ? HTTP_SEND_RESPONSE_FLAG_DISCONNECT : 0, &head,
                                nullptr, bytes, nullptr, 0, overlapped, nullptr);
}

// Waits until at most MOST coroutines are left, but not longer than UNTIL. Returns how many are left.
int Server::WaitForTickets(int most, ULONGLONG until)
{
    const std::lock_guard held(lock_);
    while (tickets_ > most) {
        const ULONGLONG now = GetTickCount64();
        if (now >= until) {
            break;
        }
        SleepConditionVariableSRW(&fewer_, lock_.get(), static_cast<DWORD>(until - now), 0);
    }
    return tickets_;
}

// Whether the request was still unanswered; from now on it counts as answered.
bool Server::TakeUnanswered(HTTP_REQUEST_ID id)
{
    const std::lock_guard held(lock_);
    return unanswered_.erase(id) != 0;
}

void Server::CancelUnanswered()
{
    std::set<HTTP_REQUEST_ID> ids;
    {
        const std::lock_guard held(lock_);
        ids.swap(unanswered_);
    }
    for (const HTTP_REQUEST_ID id : ids) {
        HttpCancelHttpRequest(queue_, id, nullptr);
    }
}

int Server::End(DWORD milliseconds)
{
    const ULONGLONG until = GetTickCount64() + milliseconds;
    {
        const std::lock_guard held(lock_);
        ending_ = true;
    }
    // The port closes, and idle connections end. A receive has two tickets: its own, and that of its exchange.
    HttpRemoveUrlFromUrlGroup(group_, nullptr, HTTP_URL_FLAG_REMOVE_ALL);
    WaitForTickets(2 * receives_, until);
    // The receives end. A request that one of them has got meanwhile is still answered.
    HttpShutdownRequestQueue(queue_);
    const int left = WaitForTickets(0, std::max(until, GetTickCount64() + 500));
    // What is left is broken off: its calls end with ERROR_OPERATION_ABORTED, and so its coroutines end.
    CancelUnanswered();
    HttpCloseRequestQueue(queue_);
    while (WaitForTickets(0, GetTickCount64() + 1000) > 0) {
    }
    queue_ = nullptr; // no coroutine is left that uses it
    for (std::size_t n = 0; n < threads_.size(); ++n) {
        Resume(nullptr);
    }
    WaitForMultipleObjects(static_cast<DWORD>(threads_.size()), threads_.data(), TRUE, INFINITE);
    for (const HANDLE thread : threads_) {
        CloseHandle(thread);
    }
    return left;
}
