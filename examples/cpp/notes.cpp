#include "notes.hpp"

#include "json.hpp"

#include <cstdlib>

namespace {

constexpr std::size_t LongestNote = 64 * 1024;
constexpr ULONGLONG LongestFile = 16 * 1024 * 1024;
constexpr ULONGLONG LongestWait = 30 * 1000; // milliseconds

std::string Json(const std::wstring &json)
{
    return ToUtf8(json);
}

Response Problem(USHORT status, const wchar_t *what)
{
    return {status, "application/json", Json(L"{\"error\":" + Quoted(what) + L"}"), {}, nullptr};
}

Response NoNote()
{
    return Problem(404, L"there is no such note");
}

std::wstring NoteAsJson(unsigned id, const std::wstring &text)
{
    return L"{\"id\":" + std::to_wstring(id) + L",\"text\":" + Quoted(text) + L"}";
}

// What comes after the prefix; empty if the text does not begin with it.
std::wstring_view After(std::wstring_view text, std::wstring_view prefix)
{
    return text.substr(0, prefix.size()) == prefix ? text.substr(prefix.size()) : std::wstring_view();
}

// 0 for a text that is not an id.
unsigned Id(std::wstring_view digits)
{
    const bool is_id = !digits.empty() && digits.size() < 10 &&
                       digits.find_first_not_of(L"0123456789") == digits.npos;
    return is_id ? static_cast<unsigned>(std::stoul(std::wstring(digits))) : 0;
}

// Whether Windows takes the name for a device, as it does with any extension: nul.txt is a device as well.
bool IsDevice(std::wstring_view name)
{
    std::wstring stem(name.substr(0, name.find(L'.')));
    CharUpperBuffW(stem.data(), static_cast<DWORD>(stem.size()));
    if (stem.size() == 4 && (stem.starts_with(L"COM") || stem.starts_with(L"LPT"))) {
        return stem[3] >= L'0' && stem[3] <= L'9';
    }
    return stem == L"CON" || stem == L"PRN" || stem == L"AUX" || stem == L"NUL";
}

// Whether it is a plain name: none that leads out of the folder, is hidden, or has a special meaning on some system.
bool IsName(std::wstring_view name)
{
    constexpr std::wstring_view allowed = L"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    return !name.empty() && name.size() <= 100 && name.front() != L'.' && name.back() != L'.' &&
           name.find_first_not_of(allowed) == name.npos && !IsDevice(name);
}

// A file that is deleted unless it is kept.
class PartialFile {
public:
    explicit PartialFile(std::filesystem::path path)
        : path_(std::move(path)),
          file_(CreateFileW(path_.wstring().c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL,
                            nullptr))
    {
    }
    ~PartialFile()
    {
        Close();
        if (!kept_) {
            DeleteFileW(path_.wstring().c_str());
        }
    }
    PartialFile(const PartialFile &) = delete;
    PartialFile &operator=(const PartialFile &) = delete;

    bool Write(const char *bytes, ULONG size)
    {
        DWORD written = 0;
        return file_ != INVALID_HANDLE_VALUE && WriteFile(file_, bytes, size, &written, nullptr) && written == size;
    }

    // Keeps the file under this name, in place of one that has it.
    bool Keep(const std::filesystem::path &name)
    {
        const bool is_open = file_ != INVALID_HANDLE_VALUE;
        Close();
        kept_ = is_open && MoveFileExW(path_.wstring().c_str(), name.wstring().c_str(), MOVEFILE_REPLACE_EXISTING);
        return kept_;
    }

private:
    void Close()
    {
        if (file_ != INVALID_HANDLE_VALUE) {
            CloseHandle(std::exchange(file_, INVALID_HANDLE_VALUE));
        }
    }

    const std::filesystem::path path_;
    HANDLE file_;
    bool kept_ = false;
};

} // namespace

Notes::Notes(std::filesystem::path folder)
    : folder_(std::move(folder)), timer_(CreateThreadpoolTimer(EachSecond, this, nullptr))
{
    if (timer_ == nullptr) {
        throw ApiError("CreateThreadpoolTimer", GetLastError());
    }
    LARGE_INTEGER second;
    second.QuadPart = -10'000'000;
    FILETIME due = {second.LowPart, static_cast<DWORD>(second.HighPart)};
    SetThreadpoolTimer(timer_, &due, 1000, 0);
}

Notes::~Notes()
{
    SetThreadpoolTimer(timer_, nullptr, 0, 0);
    WaitForThreadpoolTimerCallbacks(timer_, TRUE);
    CloseThreadpoolTimer(timer_);
}

void Notes::Answer(Exchange exchange)
{
    const std::wstring_view path = exchange.Path();
    const std::wstring_view id = After(path, L"/notes/"), name = After(path, L"/files/");
    const HTTP_VERB verb = exchange.Verb();
    const bool reads = verb == HttpVerbGET || verb == HttpVerbHEAD;

    if (path == L"/notes" && verb == HttpVerbPOST) {
        Create(std::move(exchange));
    } else if (path == L"/notes" && verb == HttpVerbGET && !exchange.Query().empty()) {
        Wait(std::move(exchange), Id(After(exchange.Query(), L"after=")));
    } else if (path == L"/notes" && reads) {
        Reply(std::move(exchange), List(0));
    } else if (!id.empty() && reads) {
        Reply(std::move(exchange), Show(Id(id)));
    } else if (!id.empty() && verb == HttpVerbDELETE) {
        Reply(std::move(exchange), Remove(Id(id)));
    } else if (!name.empty() && !IsName(name)) {
        Reply(std::move(exchange), Problem(400, L"a name has letters, digits, '-', '_' and '.', and is not that of a device such as NUL"));
    } else if (!name.empty() && verb == HttpVerbPUT) {
        Store(std::move(exchange), folder_ / name);
    } else if (!name.empty() && reads) {
        Load(std::move(exchange), folder_ / name);
    } else if (path == L"/notes" || !id.empty() || !name.empty()) {
        Reply(std::move(exchange), Problem(405, L"not with this method"));
    } else {
        Reply(std::move(exchange), Problem(404, L"there is nothing here"));
    }
}

Detached Notes::Reply(Exchange exchange, Response response)
{
    co_await exchange.Send(response); // an error is the end of the client
}

Detached Notes::Create(Exchange exchange)
{
    std::string body;
    char piece[4096];
    Response response;
    for (;;) {
        const CallResult read = co_await exchange.Read(piece, sizeof(piece));
        if (read.error == ERROR_HANDLE_EOF) {
            const std::optional<std::wstring> json = ToWide(body);
            const auto text = json ? JsonReader(*json).OnlyMember(L"text") : std::nullopt;
            response = text ? Add(*text) : Problem(400, L"this is not {\"text\": \"...\"}");
            break;
        }
        if (read.error != NO_ERROR) {
            co_return; // the client has gone: the exchange is cancelled
        }
        body.append(piece, read.bytes);
        if (body.size() > LongestNote) {
            response = Problem(413, L"at most 64 KiB");
            break;
        }
    }
    co_await exchange.Send(response);
}

Detached Notes::Store(Exchange exchange, std::filesystem::path path)
{
    Response response;
    {
        // The id makes its name unique.
        const auto id = std::to_wstring(exchange.Request()->RequestId);
        PartialFile file(folder_ / (L"." + id + L".part"));
        std::vector<char> piece(64 * 1024);
        ULONGLONG length = 0;
        CallResult read;
        bool is_good = true;
        while (is_good && length <= LongestFile) {
            read = co_await exchange.Read(piece.data(), static_cast<ULONG>(piece.size()));
            if (read.error != NO_ERROR) {
                break;
            }
            length += read.bytes;
            is_good = file.Write(piece.data(), read.bytes);
        }
        if (length > LongestFile) {
            response = Problem(413, L"at most 16 MiB");
        } else if (!is_good || (read.error == ERROR_HANDLE_EOF && !file.Keep(path))) {
            response = Problem(500, L"the file cannot be stored");
        } else if (read.error == ERROR_HANDLE_EOF) {
            response = {201, "application/json", "{\"length\":" + std::to_string(length) + "}", {}, nullptr};
        } else {
            co_return; // the client has gone
        }
    }
    co_await exchange.Send(response);
}

Detached Notes::Load(Exchange exchange, std::filesystem::path path)
{
    const HANDLE file = CreateFileW(path.wstring().c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE) {
        const Response response = Problem(404, L"there is no such file");
        co_await exchange.Send(response);
        co_return;
    }
    const Response response = {200, "application/octet-stream", {}, {}, file};
    co_await exchange.Send(response);
    CloseHandle(file);
}

// co_await: waits until there is a note with a larger id, the time is over, or the program ends.
struct Notes::Change {
    Notes &notes;
    Waiter waiter;

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> coroutine)
    {
        const std::lock_guard held(notes.lock_);
        if (notes.last_ > waiter.after || notes.ending_) {
            return false;
        }
        waiter.waiting = coroutine;
        waiter.until = GetTickCount64() + LongestWait;
        notes.waiters_.push_back(&waiter);
        return true;
    }
    void await_resume() const noexcept {}
};

Detached Notes::Wait(Exchange exchange, unsigned after)
{
    Change change{*this, {}};
    change.waiter.after = after;
    co_await change;
    Response response = List(after);
    if (response.body == "[]") {
        response = {204, {}, {}, {}, nullptr};
    }
    co_await exchange.Send(response);
}

Response Notes::List(unsigned after)
{
    const std::lock_guard held(lock_);
    std::wstring json;
    for (auto note = notes_.upper_bound(after); note != notes_.end(); ++note) {
        json += json.empty() ? L"[" : L",";
        json += NoteAsJson(note->first, note->second);
    }
    return {200, "application/json", json.empty() ? "[]" : Json(json + L"]"), {}, nullptr};
}

Response Notes::Show(unsigned id)
{
    const std::lock_guard held(lock_);
    const auto note = notes_.find(id);
    return note == notes_.end() ? NoNote()
                                : Response{200, "application/json", Json(NoteAsJson(id, note->second)), {}, nullptr};
}

Response Notes::Remove(unsigned id)
{
    const std::lock_guard held(lock_);
    return notes_.erase(id) == 0 ? NoNote() : Response{204, {}, {}, {}, nullptr};
}

Response Notes::Add(std::wstring text)
{
    Response response = {201, "application/json", {}, {}, nullptr};
    {
        const std::lock_guard held(lock_);
        const unsigned id = ++last_;
        response.body = Json(NoteAsJson(id, text));
        response.location = "/notes/" + std::to_string(id);
        notes_.emplace(id, std::move(text));
    }
    WakeAll();
    return response;
}

void Notes::End()
{
    {
        const std::lock_guard held(lock_);
        ending_ = true;
    }
    WakeAll();
}

VOID CALLBACK Notes::EachSecond(PTP_CALLBACK_INSTANCE, PVOID notes, PTP_TIMER)
{
    static_cast<Notes *>(notes)->WakeIf([](const Waiter &waiter, ULONGLONG now) { return now >= waiter.until; });
}

void Notes::WakeAll()
{
    WakeIf([](const Waiter &, ULONGLONG) { return true; });
}

// Their coroutines go on in the server's threads.
void Notes::WakeIf(bool (*is_due)(const Waiter &, ULONGLONG now))
{
    const ULONGLONG now = GetTickCount64();
    const std::lock_guard held(lock_);
    waiters_.remove_if([&](Waiter *waiter) {
        const bool wakes = is_due(*waiter, now);
        if (wakes) {
            server_->Resume(waiter);
        }
        return wakes;
    });
}
