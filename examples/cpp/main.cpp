// A notes board in C++ on a completion port, for Windows and everywhere else: windows.h, http.h, C++20.
//
//   notes [URL [FOLDER]]          http://localhost:8080/ and files if not given
//
//   GET    /notes                 all notes, as JSON
//   GET    /notes?after=ID        those with a larger id; waits up to 30 seconds for one, then 204
//   POST   /notes                 {"text": "..."}
//   GET    /notes/ID, DELETE      a note
//   PUT    /files/NAME, GET       a file of at most 16 MiB in FOLDER
//
// Ctrl-C, or closing the console, ends it: requests in progress get four seconds (Windows itself waits for five).
//
// On Windows: cl /std:c++20 /EHsc /utf-8 main.cpp notes.cpp server.cpp httpapi.lib
// Elsewhere:  tools/httpsys-c++ -std=c++20 main.cpp notes.cpp server.cpp -o notes
#include "json.hpp"
#include "notes.hpp"

#include <cstdio>

namespace {

HANDLE stop, stopped; // events

BOOL WINAPI OnControl(DWORD)
{
    SetEvent(stop);
    WaitForSingleObject(stopped, INFINITE); // on Windows the process may end when this returns
    return TRUE;
}

int Run(const std::wstring &url, const std::filesystem::path &folder)
{
    std::filesystem::create_directories(folder);
    Notes notes(folder);
    Server server(url, [&](Exchange exchange) { notes.Answer(std::move(exchange)); });
    notes.Serve(server);
    server.Start(4, 16);
    SetConsoleCtrlHandler(OnControl, TRUE);
    std::printf("listening on %s\n", ToUtf8(url).c_str());
    std::fflush(stdout);

    WaitForSingleObject(stop, INFINITE);
    notes.End();
    const int left = server.End(4000);
    std::printf("%d broken off\n", left);
    return left == 0 ? 0 : 3;
}

} // namespace

int wmain(int argc, wchar_t **argv)
{
    stop = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    stopped = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    int code = 1;
    try {
        code = Run(argc > 1 ? argv[1] : L"http://localhost:8080/", argc > 2 ? argv[2] : L"files");
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    std::fflush(stdout);
    SetEvent(stopped);
    return code;
}
