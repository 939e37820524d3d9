// A request queue on a completion port, with coroutines: `co_await` a call of http.h, and go on when it has ended.
//
// Owns: the objects of the API, the threads, the receives that are outstanding, the end in order. Does not own: what
// is answered (notes.hpp). Threading: a coroutine may resume on any of the threads, and runs on one at a time.
#pragma once

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

#include <http.h>

#include <coroutine>
#include <exception>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A call that failed.
class ApiError : public std::runtime_error {
public:
    ApiError(const char *function, ULONG code)
        : std::runtime_error(std::string(function) + " failed with " + std::to_string(code))
    {
    }
};

// A slim lock for std::lock_guard.
class SrwLock {
public:
    void lock() { AcquireSRWLockExclusive(&lock_); }
    void unlock() { ReleaseSRWLockExclusive(&lock_); }
    SRWLOCK *get() { return &lock_; }

private:
    SRWLOCK lock_ = SRWLOCK_INIT;
};

// A coroutine that begins at once and that nobody waits for.
struct Detached {
    struct promise_type {
        Detached get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() noexcept { std::terminate(); }
    };
};

struct CallResult {
    ULONG error = NO_ERROR;
    ULONG bytes = 0;
};

// What a packet of the completion port resumes. It lies in the frame of the coroutine that waits.
struct Pending : OVERLAPPED {
    Pending() : OVERLAPPED{} {}

    std::coroutine_handle<> waiting;
    CallResult result;
};

// An overlapped call: CALL gets the OVERLAPPED and where the number of bytes goes if it ends at once.
template <typename Call> class Async : Pending {
public:
    explicit Async(Call call) : call_(std::move(call)) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> coroutine)
    {
        waiting = coroutine;
        const ULONG error = call_(static_cast<OVERLAPPED *>(this), &result.bytes);
        if (error == ERROR_IO_PENDING) {
            return true; // another thread may have gone on already: *this is no longer ours
        }
        result.error = error;
        return false;
    }
    CallResult await_resume() const noexcept { return result; }

private:
    Call call_;
};

struct Response {
    USHORT status = 200;
    std::string type;
    std::string body;
    std::string location;
    HANDLE file = nullptr; // in place of a body
};

class Server;

// Counts a coroutine among those that the end waits for.
class Ticket {
public:
    explicit Ticket(Server &server);
    Ticket(Ticket &&other) noexcept : server_(std::exchange(other.server_, nullptr)) {}
    ~Ticket();

private:
    Server *server_;
};

// A request that was received, to be answered. One that is dropped without an answer is cancelled.
class Exchange {
public:
    explicit Exchange(Server &server);
    Exchange(Exchange &&other) noexcept
        : server_(other.server_), ticket_(std::move(other.ticket_)), buffer_(std::move(other.buffer_))
    {
    }
    ~Exchange();

    HTTP_REQUEST *Request() { return reinterpret_cast<HTTP_REQUEST *>(buffer_.data()); }
    HTTP_VERB Verb() { return Request()->Verb; }
    std::wstring_view Path();
    std::wstring_view Query(); // without its '?'

    // co_await: bytes of the entity body; ERROR_HANDLE_EOF at its end.
    auto Read(void *buffer, ULONG size);
    // co_await: sends it; the response must live until then.
    auto Send(const Response &response);

private:
    friend class Server;

    Server &server_;
    Ticket ticket_;
    std::vector<char> buffer_; // empty in one that was moved from
};

class Server {
public:
    // Answers a request, or starts a coroutine that does.
    using Handler = std::function<void(Exchange)>;

    Server(const std::wstring &url, Handler handler);
    // If it was started, End has to be called first.
    ~Server();
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    // Clients can connect since the constructor, and are answered from now on.
    void Start(int threads, int receives);
    // Lets a thread of the server resume a coroutine.
    void Resume(Pending *pending) { PostQueuedCompletionStatus(port_, 0, 0, pending); }
    // Ends the reception of requests; those in progress get so many milliseconds. Returns how many were broken off.
    int End(DWORD milliseconds);

private:
    friend class Exchange;
    friend class Ticket;

    explicit Server(Handler handler);

    Detached Receive();
    static DWORD WINAPI Work(LPVOID server);
    ULONG Send(HTTP_REQUEST *request, const Response &response, OVERLAPPED *overlapped, ULONG *bytes);
    int WaitForTickets(int most, ULONGLONG until);
    bool TakeUnanswered(HTTP_REQUEST_ID id);
    void CancelUnanswered();

    Handler handler_;
    HTTP_SERVER_SESSION_ID session_ = HTTP_NULL_ID;
    HTTP_URL_GROUP_ID group_ = HTTP_NULL_ID;
    HANDLE queue_ = nullptr;
    HANDLE port_ = nullptr;
    std::vector<HANDLE> threads_;
    int receives_ = 0;

    SrwLock lock_;
    CONDITION_VARIABLE fewer_ = CONDITION_VARIABLE_INIT;
    int tickets_ = 0;
    std::set<HTTP_REQUEST_ID> unanswered_;
    bool ending_ = false;
};

inline auto Exchange::Read(void *buffer, ULONG size)
{
    return Async([=, this](OVERLAPPED *overlapped, ULONG *bytes) {
        return HttpReceiveRequestEntityBody(server_.queue_, Request()->RequestId, 0, buffer, size, bytes,
                                            overlapped);
    });
}

inline auto Exchange::Send(const Response &response)
{
    return Async([&, this](OVERLAPPED *overlapped, ULONG *bytes) {
        server_.TakeUnanswered(Request()->RequestId);
        return server_.Send(Request(), response, overlapped, bytes);
    });
}
