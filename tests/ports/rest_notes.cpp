// rest_notes - a REST service in C++: notes in memory, JSON by hand.
//
//   rest_notes http://localhost:8080/api/
//
//   GET    /api/notes        all notes, ?tag=x those with the tag
//   POST   /api/notes        {"title": "...", "text": "...", "tags": ["...", ...]}
//   GET    /api/notes/ID     PUT, DELETE
//   POST   /api/shutdown     ends the service
//
// Errors are exceptions up to the loop, which answers {"error": {"status": ..., "message": ...}}.
#ifndef UNICODE
#define UNICODE
#define _UNICODE
#endif
#define NOMINMAX
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <http.h>

#include <algorithm>
#include <cwctype>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#pragma comment(lib, "httpapi.lib")

namespace
{

std::string ToUtf8(const std::wstring &wide)
{
    if (wide.empty())
        return std::string();
    const int size = WideCharToMultiByte(CP_UTF8, 0, wide.c_str(), static_cast<int>(wide.size()),
                                         nullptr, 0, nullptr, nullptr);
    std::string narrow(size, '\0');
    WideCharToMultiByte(CP_UTF8, 0, wide.c_str(), static_cast<int>(wide.size()), &narrow[0], size,
                        nullptr, nullptr);
    return narrow;
}

std::wstring ToWide(const std::string &narrow)
{
    if (narrow.empty())
        return std::wstring();
    const int size = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, narrow.data(),
                                         static_cast<int>(narrow.size()), nullptr, 0);
    if (size == 0)
        throw std::invalid_argument("the body is not UTF-8");
    std::wstring wide(size, L'\0');
    MultiByteToWideChar(CP_UTF8, 0, narrow.data(), static_cast<int>(narrow.size()), &wide[0], size);
    return wide;
}

class Win32Error : public std::runtime_error
{
public:
    Win32Error(const char *function, ULONG code)
        : std::runtime_error(std::string(function) + " failed with " + std::to_string(code)),
          code_(code)
    {
    }
    ULONG code() const { return code_; }

private:
    ULONG code_;
};

class HttpError : public std::runtime_error
{
public:
    HttpError(USHORT status, const char *reason, const std::string &message)
        : std::runtime_error(message), status(status), reason(reason)
    {
    }
    const USHORT      status;
    const char *const reason;
};

void Check(const char *function, ULONG result)
{
    if (result != NO_ERROR)
        throw Win32Error(function, result);
}

// ---- JSON: as much as notes need ----

std::wstring Quote(const std::wstring &text)
{
    std::wostringstream out;
    out << L'"';
    for (wchar_t c : text)
    {
        switch (c)
        {
        case L'"':
            out << L"\\\"";
            break;
        case L'\\':
            out << L"\\\\";
            break;
        case L'\n':
            out << L"\\n";
            break;
        case L'\t':
            out << L"\\t";
            break;
        default:
            out << c;
        }
    }
    out << L'"';
    return out.str();
}

class JsonReader
{
public:
    explicit JsonReader(const std::wstring &text) : text_(text), at_(0) {}

    // Calls the function with each member's name; it has to read the value.
    void Object(const std::function<void(const std::wstring &)> &member)
    {
        Expect(L'{');
        if (Accept(L'}'))
            return;
        do
        {
            const std::wstring name = String();
            Expect(L':');
            member(name);
        } while (Accept(L','));
        Expect(L'}');
    }

    std::vector<std::wstring> Strings()
    {
        std::vector<std::wstring> all;
        Expect(L'[');
        if (Accept(L']'))
            return all;
        do
        {
            all.push_back(String());
        } while (Accept(L','));
        Expect(L']');
        return all;
    }

    std::wstring String()
    {
        Expect(L'"');
        std::wstring value;
        while (at_ < text_.size() && text_[at_] != L'"')
        {
            wchar_t c = text_[at_++];
            if (c == L'\\')
            {
                if (at_ == text_.size())
                    break;
                c = text_[at_++];
                if (c == L'n')
                    c = L'\n';
                else if (c == L't')
                    c = L'\t';
                else if (c == L'u')
                {
                    if (text_.size() - at_ < 4)
                        break;
                    c = static_cast<wchar_t>(std::stoul(text_.substr(at_, 4), nullptr, 16));
                    at_ += 4;
                }
            }
            value += c;
        }
        Expect(L'"');
        return value;
    }

    void End()
    {
        Blanks();
        if (at_ != text_.size())
            Fail();
    }

private:
    void Blanks()
    {
        while (at_ < text_.size() && std::iswspace(text_[at_]))
            ++at_;
    }
    bool Accept(wchar_t c)
    {
        Blanks();
        if (at_ == text_.size() || text_[at_] != c)
            return false;
        ++at_;
        return true;
    }
    void Expect(wchar_t c)
    {
        if (!Accept(c))
            Fail();
    }
    void Fail() const
    {
        throw HttpError(400, "Bad Request", "JSON is wrong at " + std::to_string(at_));
    }

    const std::wstring &text_;
    size_t              at_;
};

struct Note
{
    std::wstring              title;
    std::wstring              text;
    std::vector<std::wstring> tags;
};

std::wstring ToJson(unsigned id, const Note &note)
{
    std::wostringstream out;
    out << L"{\"id\":" << id << L",\"title\":" << Quote(note.title) << L",\"text\":"
        << Quote(note.text) << L",\"tags\":[";
    for (size_t i = 0; i < note.tags.size(); ++i)
        out << (i ? L"," : L"") << Quote(note.tags[i]);
    out << L"]}";
    return out.str();
}

Note NoteFrom(const std::wstring &json)
{
    Note       note;
    JsonReader reader(json);
    reader.Object([&](const std::wstring &name) {
        if (name == L"title")
            note.title = reader.String();
        else if (name == L"text")
            note.text = reader.String();
        else if (name == L"tags")
            note.tags = reader.Strings();
        else
            throw HttpError(400, "Bad Request", "unknown member " + ToUtf8(name));
    });
    reader.End();
    if (note.title.empty())
        throw HttpError(422, "Unprocessable Content", "a note needs a title");
    std::sort(note.tags.begin(), note.tags.end());
    return note;
}

// ---- The service ----

struct Reply
{
    USHORT       status = 200;
    const char  *reason = "OK";
    std::wstring json;
    std::string  location;
};

class HttpServer
{
public:
    explicit HttpServer(const std::wstring &url) : url_(url)
    {
        const HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
        Check("HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_SERVER, nullptr));
        Check("HttpCreateServerSession", HttpCreateServerSession(version, &session_, 0));
        Check("HttpCreateUrlGroup", HttpCreateUrlGroup(session_, &group_, 0));
        Check("HttpCreateRequestQueue",
              HttpCreateRequestQueue(version, nullptr, nullptr, 0, &queue_));
        HTTP_BINDING_INFO binding = {};
        binding.Flags.Present = 1;
        binding.RequestQueueHandle = queue_;
        Check("HttpSetUrlGroupProperty",
              HttpSetUrlGroupProperty(group_, HttpServerBindingProperty, &binding,
                                      sizeof(binding)));
        Check("HttpAddUrlToUrlGroup", HttpAddUrlToUrlGroup(group_, url.c_str(), 0, 0));
    }
    ~HttpServer()
    {
        HttpRemoveUrlFromUrlGroup(group_, url_.c_str(), 0);
        HttpCloseUrlGroup(group_);
        HttpCloseServerSession(session_);
        HttpCloseRequestQueue(queue_);
        HttpTerminate(HTTP_INITIALIZE_SERVER, nullptr);
    }
    HttpServer(const HttpServer &) = delete;
    HttpServer &operator=(const HttpServer &) = delete;

    // The next request; the pointer is good until the next call. Null if the client has gone.
    PHTTP_REQUEST Receive()
    {
        HTTP_REQUEST_ID id = HTTP_NULL_ID;
        for (;;)
        {
            ULONG      needed = 0;
            const auto request = reinterpret_cast<PHTTP_REQUEST>(buffer_.data());
            const auto result = HttpReceiveHttpRequest(
                queue_, id, 0, request, static_cast<ULONG>(buffer_.size()), &needed, nullptr);
            if (result == ERROR_MORE_DATA)
            {
                id = request->RequestId;
                buffer_.resize(needed);
                continue;
            }
            if (result == ERROR_CONNECTION_INVALID)
                return nullptr;
            Check("HttpReceiveHttpRequest", result);
            return request;
        }
    }

    std::string Body(const HTTP_REQUEST &request)
    {
        std::string body;
        char        piece[256];
        for (;;)
        {
            ULONG      got = 0;
            const auto result = HttpReceiveRequestEntityBody(queue_, request.RequestId, 0, piece,
                                                             sizeof(piece), &got, nullptr);
            if (result == ERROR_HANDLE_EOF)
                return body;
            Check("HttpReceiveRequestEntityBody", result);
            body.append(piece, got);
            if (body.size() > 64 * 1024)
                throw HttpError(413, "Content Too Large", "at most 64 KiB");
        }
    }

    void Send(const HTTP_REQUEST &request, const Reply &reply)
    {
        const std::string body = ToUtf8(reply.json);
        HTTP_RESPONSE     response = {};
        response.StatusCode = reply.status;
        response.pReason = reply.reason;
        response.ReasonLength = static_cast<USHORT>(std::char_traits<char>::length(reply.reason));
        HTTP_DATA_CHUNK chunk = {};
        if (!body.empty())
        {
            Set(response, HttpHeaderContentType, type_);
            chunk.DataChunkType = HttpDataChunkFromMemory;
            chunk.FromMemory.pBuffer = const_cast<char *>(body.data());
            chunk.FromMemory.BufferLength = static_cast<ULONG>(body.size());
            response.EntityChunkCount = 1;
            response.pEntityChunks = &chunk;
        }
        if (!reply.location.empty())
            Set(response, HttpHeaderLocation, reply.location);
        const auto result = HttpSendHttpResponse(queue_, request.RequestId, 0, &response, nullptr,
                                                 nullptr, nullptr, 0, nullptr, nullptr);
        if (result != ERROR_CONNECTION_INVALID)
            Check("HttpSendHttpResponse", result);
    }

private:
    static void Set(HTTP_RESPONSE &response, HTTP_HEADER_ID id, const std::string &value)
    {
        response.Headers.KnownHeaders[id].pRawValue = value.c_str();
        response.Headers.KnownHeaders[id].RawValueLength = static_cast<USHORT>(value.size());
    }

    const std::string      type_ = "application/json; charset=utf-8";
    const std::wstring     url_;
    HTTP_SERVER_SESSION_ID session_ = HTTP_NULL_ID;
    HTTP_URL_GROUP_ID      group_ = HTTP_NULL_ID;
    HANDLE                 queue_ = nullptr;
    std::vector<char>      buffer_ = std::vector<char>(sizeof(HTTP_REQUEST) + 256);
};

class NotesService
{
public:
    explicit NotesService(HttpServer &server) : server_(server) {}

    bool running() const { return running_; }

    Reply Handle(const HTTP_REQUEST &request)
    {
        const HTTP_COOKED_URL &url = request.CookedUrl;
        const std::wstring     path(url.pAbsPath, url.AbsPathLength / sizeof(wchar_t));
        std::wstring           query;
        if (url.pQueryString)
            query.assign(url.pQueryString + 1, url.QueryStringLength / sizeof(wchar_t) - 1);

        const std::wstring collection = L"/api/notes";
        if (path == L"/api/shutdown" && request.Verb == HttpVerbPOST)
        {
            running_ = false;
            return Reply();
        }
        if (path == collection)
            return Collection(request, query);
        if (path.compare(0, collection.size() + 1, collection + L"/") == 0)
            return Single(request, path.substr(collection.size() + 1));
        throw HttpError(404, "Not Found", "no resource " + ToUtf8(path));
    }

private:
    Reply Collection(const HTTP_REQUEST &request, const std::wstring &query)
    {
        Reply reply;
        if (request.Verb == HttpVerbPOST)
        {
            const Note     note = NoteFrom(ToWide(server_.Body(request)));
            const unsigned id = next_++;
            notes_[id] = note;
            reply.status = 201;
            reply.reason = "Created";
            reply.location = "/api/notes/" + std::to_string(id);
            reply.json = ToJson(id, note);
            return reply;
        }
        if (request.Verb != HttpVerbGET)
            throw HttpError(405, "Method Not Allowed", "GET or POST");
        std::wstring tag;
        if (query.find(L"tag=") == 0)
            tag = query.substr(4);
        reply.json = L"[";
        for (const auto &entry : notes_)
        {
            const auto &tags = entry.second.tags;
            if (!tag.empty() && std::find(tags.begin(), tags.end(), tag) == tags.end())
                continue;
            if (reply.json.size() > 1)
                reply.json += L",";
            reply.json += ToJson(entry.first, entry.second);
        }
        reply.json += L"]";
        return reply;
    }

    Reply Single(const HTTP_REQUEST &request, const std::wstring &name)
    {
        size_t     used = 0;
        const auto id = static_cast<unsigned>(std::stoul(name, &used));
        const auto found = notes_.find(id);
        if (used != name.size() || found == notes_.end())
            throw HttpError(404, "Not Found", "no note " + ToUtf8(name));
        Reply reply;
        switch (request.Verb)
        {
        case HttpVerbGET:
            break;
        case HttpVerbPUT:
            found->second = NoteFrom(ToWide(server_.Body(request)));
            break;
        case HttpVerbDELETE:
            notes_.erase(found);
            reply.status = 204;
            reply.reason = "No Content";
            return reply;
        default:
            throw HttpError(405, "Method Not Allowed", "GET, PUT or DELETE");
        }
        reply.json = ToJson(id, found->second);
        return reply;
    }

    HttpServer              &server_;
    std::map<unsigned, Note> notes_;
    unsigned                 next_ = 1;
    bool                     running_ = true;
};

Reply ErrorReply(USHORT status, const char *reason, const std::string &message)
{
    std::wostringstream json;
    json << L"{\"error\":{\"status\":" << status << L",\"message\":" << Quote(ToWide(message))
         << L"}}";
    Reply reply;
    reply.status = status;
    reply.reason = reason;
    reply.json = json.str();
    return reply;
}

} // namespace

int wmain(int argc, wchar_t *argv[])
{
    if (argc != 2)
    {
        std::wcerr << L"usage: rest_notes url" << std::endl;
        return 2;
    }
    try
    {
        HttpServer   server(argv[1]);
        NotesService service(server);
        std::wcout << L"Notes at " << argv[1] << L"notes" << std::endl;
        unsigned long served = 0;
        while (service.running())
        {
            const PHTTP_REQUEST request = server.Receive();
            if (!request)
                continue;
            Reply reply;
            try
            {
                reply = service.Handle(*request);
            }
            catch (const HttpError &error)
            {
                reply = ErrorReply(error.status, error.reason, error.what());
            }
            catch (const std::invalid_argument &)
            {
                reply = ErrorReply(400, "Bad Request", "not understood");
            }
            catch (const std::exception &error)
            {
                reply = ErrorReply(500, "Internal Server Error", error.what());
            }
            server.Send(*request, reply);
            ++served;
        }
        std::wcout << served << L" requests" << std::endl;
        return 0;
    }
    catch (const Win32Error &error)
    {
        std::cerr << error.what() << std::endl;
        return static_cast<int>(error.code());
    }
}
