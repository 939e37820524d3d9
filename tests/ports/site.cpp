// site - a site generator and its server in C++17.
//
//   site directory port
//
// Below the directory, each *.md becomes a page: "# " a heading, "- " an item of a list, else a paragraph.
//
//   GET  /            the list of the pages, with words and bytes
//   GET  /NAME.html   a page
//   GET  /search?q=X  the pages that have the word, looked for by several threads
//   POST /rebuild     reads the directory again
//   POST /quit
#include <winsock2.h>
#include <windows.h>
#include <http.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

#pragma comment(lib, "httpapi.lib")

namespace fs = std::filesystem;
using namespace std::string_literals;
using namespace std::string_view_literals;

[[noreturn]] static void Throw(ULONG error, const char *what)
{
    throw std::system_error(static_cast<int>(error), std::system_category(), what);
}

static void Check(ULONG error, const char *what)
{
    if (error != NO_ERROR)
        Throw(error, what);
}

static std::wstring Widen(std::string_view text)
{
    std::wstring wide(text.size(), L'\0');
    wide.resize(MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()),
                                    wide.data(), static_cast<int>(wide.size())));
    return wide;
}

static std::string Narrow(std::wstring_view text)
{
    std::string narrow(text.size() * 3, '\0');
    narrow.resize(WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()),
                                      narrow.data(), static_cast<int>(narrow.size()), nullptr,
                                      nullptr));
    return narrow;
}

// %XX in what was a query, as UTF-8.
static std::wstring Unescape(std::wstring_view text)
{
    std::string bytes;
    for (size_t i = 0; i < text.size(); ++i)
    {
        if (text[i] == L'%' && i + 2 < text.size())
        {
            bytes += static_cast<char>(std::stoi(std::wstring(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        }
        else
            bytes += text[i] == L'+' ? ' ' : static_cast<char>(text[i]);
    }
    return Widen(bytes);
}

struct Page
{
    std::wstring           title;
    std::string            html;
    std::set<std::wstring> words;
    uintmax_t              size = 0;
};

class Slim
{
public:
    void lock() { AcquireSRWLockExclusive(&lock_); }
    void unlock() { ReleaseSRWLockExclusive(&lock_); }
    void lock_shared() { AcquireSRWLockShared(&lock_); }
    void unlock_shared() { ReleaseSRWLockShared(&lock_); }

private:
    SRWLOCK lock_ = SRWLOCK_INIT;
};

class Reading
{
public:
    explicit Reading(Slim &lock) : lock_(lock) { lock_.lock_shared(); }
    ~Reading() { lock_.unlock_shared(); }

private:
    Slim &lock_;
};

class Writing
{
public:
    explicit Writing(Slim &lock) : lock_(lock) { lock_.lock(); }
    ~Writing() { lock_.unlock(); }

private:
    Slim &lock_;
};

class Site
{
public:
    using Pages = std::unordered_map<std::wstring, std::shared_ptr<const Page>>;

    explicit Site(fs::path root) : root_(std::move(root)) {}

    size_t Build()
    {
        Pages pages;
        for (const fs::directory_entry &entry : fs::recursive_directory_iterator(root_))
        {
            if (!entry.is_regular_file() || entry.path().extension() != L".md")
                continue;
            fs::path name = fs::relative(entry.path(), root_);
            name.replace_extension(L".html");
            pages[name.generic_wstring()] = Read(entry);
        }
        Writing writing(lock_);
        pages_.swap(pages);
        return pages_.size();
    }

    std::shared_ptr<const Page> Find(const std::wstring &name) const
    {
        Reading reading(lock_);
        const auto found = pages_.find(name);
        return found == pages_.end() ? nullptr : found->second;
    }

    std::vector<std::pair<std::wstring, std::shared_ptr<const Page>>> All() const
    {
        Reading reading(lock_);
        std::vector<std::pair<std::wstring, std::shared_ptr<const Page>>> all(pages_.begin(),
                                                                              pages_.end());
        std::sort(all.begin(), all.end(),
                  [](const auto &a, const auto &b) { return a.first < b.first; });
        return all;
    }

private:
    static std::shared_ptr<const Page> Read(const fs::directory_entry &entry)
    {
        auto          page = std::make_shared<Page>();
        std::ifstream file(entry.path(), std::ios::binary);
        std::string   line;
        bool          list = false;
        std::ostringstream html;

        if (!file)
            throw std::runtime_error("cannot read " + Narrow(entry.path().filename().wstring()));
        page->size = entry.file_size();
        page->title = entry.path().stem().wstring();
        while (std::getline(file, line))
        {
            if (!line.empty() && line.back() == '\r')
                line.pop_back();
            const bool item = line.compare(0, 2, "- ") == 0;
            if (item != list)
                html << (item ? "<ul>\n" : "</ul>\n");
            list = item;
            if (line.compare(0, 2, "# ") == 0)
            {
                page->title = Widen(line.substr(2));
                html << "<h1>" << line.substr(2) << "</h1>\n";
            }
            else if (item)
                html << "<li>" << line.substr(2) << "</li>\n";
            else if (!line.empty())
                html << "<p>" << line << "</p>\n";
            std::wistringstream words(Widen(line));
            for (std::wstring word; words >> word;)
            {
                CharLowerBuffW(word.data(), static_cast<DWORD>(word.size()));
                page->words.insert(word);
            }
        }
        if (list)
            html << "</ul>\n";
        page->html = html.str();
        return page;
    }

    const fs::path root_;
    mutable Slim   lock_;
    Pages          pages_;
};

// Looks through pages on threads of the pool.
class Search
{
public:
    Search(const Site &site, std::wstring word) : pages_(site.All()), word_(std::move(word))
    {
        CharLowerBuffW(word_.data(), static_cast<DWORD>(word_.size()));
        found_.resize(pages_.size());
    }

    std::vector<std::wstring> Run()
    {
        PTP_WORK work = CreateThreadpoolWork(Step, this, nullptr);
        if (!work)
            Throw(GetLastError(), "CreateThreadpoolWork");
        for (size_t i = 0; i < pages_.size(); ++i)
            SubmitThreadpoolWork(work);
        WaitForThreadpoolWorkCallbacks(work, FALSE);
        CloseThreadpoolWork(work);
        std::vector<std::wstring> names;
        for (size_t i = 0; i < pages_.size(); ++i)
        {
            if (found_[i])
                names.push_back(pages_[i].first);
        }
        return names;
    }

private:
    static void CALLBACK Step(PTP_CALLBACK_INSTANCE, PVOID context, PTP_WORK)
    {
        auto        *self = static_cast<Search *>(context);
        const size_t index = self->next_++;
        self->found_[index] = self->pages_[index].second->words.count(self->word_) != 0;
    }

    const std::vector<std::pair<std::wstring, std::shared_ptr<const Page>>> pages_;
    std::wstring        word_;
    std::vector<char>   found_;
    std::atomic<size_t> next_{0};
};

class Server
{
public:
    Server(Site &site, const std::wstring &url) : site_(site)
    {
        const HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
        Check(HttpInitialize(version, HTTP_INITIALIZE_SERVER, nullptr), "HttpInitialize");
        Check(HttpCreateServerSession(version, &session_, 0), "HttpCreateServerSession");
        Check(HttpCreateUrlGroup(session_, &group_, 0), "HttpCreateUrlGroup");
        Check(HttpCreateRequestQueue(version, nullptr, nullptr, 0, &queue_),
              "HttpCreateRequestQueue");
        HTTP_BINDING_INFO binding{};
        binding.Flags.Present = 1;
        binding.RequestQueueHandle = queue_;
        Check(HttpSetUrlGroupProperty(group_, HttpServerBindingProperty, &binding, sizeof binding),
              "HttpSetUrlGroupProperty");
        Check(HttpAddUrlToUrlGroup(group_, url.c_str(), 0, 0), "HttpAddUrlToUrlGroup");
    }

    ~Server()
    {
        HttpCloseUrlGroup(group_);
        HttpCloseServerSession(session_);
        HttpCloseRequestQueue(queue_);
        HttpTerminate(HTTP_INITIALIZE_SERVER, nullptr);
    }

    void Run()
    {
        alignas(16) BYTE buffer[8192];
        auto *const      request = reinterpret_cast<HTTP_REQUEST *>(buffer);
        for (bool more = true; more;)
        {
            const ULONG error = HttpReceiveHttpRequest(queue_, HTTP_NULL_ID, 0, request,
                                                       sizeof buffer, nullptr, nullptr);
            if (error == ERROR_CONNECTION_INVALID)
                continue;
            if (error == ERROR_MORE_DATA)
            {
                Reply(*request, 431, "Request Header Fields Too Large", "text/plain", "");
                continue;
            }
            Check(error, "HttpReceiveHttpRequest");
            try
            {
                more = Handle(*request);
            }
            catch (const fs::filesystem_error &problem)
            {
                Reply(*request, 500, "Internal Server Error", "text/plain",
                      problem.code() == std::errc::no_such_file_or_directory ? "it is gone\n"
                                                                             : "no idea\n");
            }
            catch (const std::exception &problem)
            {
                Reply(*request, 500, "Internal Server Error", "text/plain", problem.what());
            }
        }
    }

private:
    // Whether to go on.
    bool Handle(const HTTP_REQUEST &request)
    {
        const auto &url = request.CookedUrl;
        const std::wstring_view path(url.pAbsPath, url.AbsPathLength / sizeof(wchar_t));
        std::wstring_view       query;
        if (url.pQueryString)
            query = std::wstring_view(url.pQueryString, url.QueryStringLength / sizeof(wchar_t));

        if (request.Verb == HttpVerbPOST && path == L"/quit"sv)
        {
            Reply(request, 200, "OK", "text/plain", "bye\n");
            return false;
        }
        if (request.Verb == HttpVerbPOST && path == L"/rebuild"sv)
        {
            const auto count = site_.Build();
            Reply(request, 200, "OK", "text/plain", std::to_string(count) + " pages\n");
        }
        else if (path == L"/"sv)
            SendList(request);
        else if (path == L"/search"sv && query.substr(0, 3) == L"?q="sv)
        {
            std::string text;
            for (const auto &name : Search(site_, Unescape(query.substr(3))).Run())
                text += Narrow(name) + "\n";
            Reply(request, 200, "OK", "text/plain; charset=utf-8", text);
        }
        else if (const auto page = site_.Find(std::wstring(path.substr(1))))
            Reply(request, 200, "OK", "text/html; charset=utf-8",
                  "<title>" + Narrow(page->title) + "</title>\n" + page->html);
        else
            Reply(request, 404, "Not Found", "text/plain", "no page\n");
        return true;
    }

    void SendList(const HTTP_REQUEST &request)
    {
        std::wostringstream text;
        uintmax_t           bytes = 0;
        size_t              words = 0;
        for (const auto &[name, page] : site_.All())
        {
            text << name << L": " << page->title << L", " << page->words.size() << L" words\n";
            bytes += page->size;
            words += page->words.size();
        }
        text << words << L" words, " << bytes << L" bytes\n";
        Reply(request, 200, "OK", "text/plain; charset=utf-8", Narrow(text.str()));
    }

    void Reply(const HTTP_REQUEST &request, USHORT status, std::string_view reason,
               std::string_view type, std::string_view body)
    {
        HTTP_RESPONSE response{};
        response.StatusCode = status;
        response.pReason = reason.data();
        response.ReasonLength = static_cast<USHORT>(reason.size());
        auto &header = response.Headers.KnownHeaders[HttpHeaderContentType];
        header.pRawValue = type.data();
        header.RawValueLength = static_cast<USHORT>(type.size());
        HTTP_DATA_CHUNK chunk{};
        chunk.DataChunkType = HttpDataChunkFromMemory;
        chunk.FromMemory.pBuffer = const_cast<char *>(body.data());
        chunk.FromMemory.BufferLength = static_cast<ULONG>(body.size());
        if (!body.empty())
        {
            response.EntityChunkCount = 1;
            response.pEntityChunks = &chunk;
        }
        HttpSendHttpResponse(queue_, request.RequestId, 0, &response, nullptr, nullptr, nullptr, 0,
                             nullptr, nullptr);
    }

    Site                  &site_;
    HTTP_SERVER_SESSION_ID session_ = HTTP_NULL_ID;
    HTTP_URL_GROUP_ID      group_ = HTTP_NULL_ID;
    HANDLE                 queue_ = nullptr;
};

int wmain(int argc, wchar_t **argv)
{
    if (argc != 3)
    {
        std::wcerr << L"usage: site directory port\n";
        return 2;
    }
    try
    {
        Site site{fs::path(argv[1])};
        std::wcout << site.Build() << L" pages" << std::endl;
        Server server(site, L"http://localhost:"s + argv[2] + L"/");
        server.Run();
    }
    catch (const std::system_error &error)
    {
        std::wcerr << L"error " << error.code().value() << std::endl;
        return 1;
    }
    return 0;
}
