// The notes board in a simulation (httpsys_sim.h): no port, and time that passes at once. The application needs no line
// of code for it.
//
//   tools/httpsys-c++ --sim -std=c++20 -I . test/notes_test.cpp notes.cpp server.cpp -o notes_test
//   HTTPSYS_STRICT=collect ./notes_test FOLDER
//
// HTTPSYS_SEED=7 decides the order of the threads and how bytes are split. With HTTPSYS_STRICT, misuse of the API fails
// the test, too.
#include "notes.hpp"

#include <httpsys_sim.h>

#include <cstdio>
#include <cstdlib>

#define CHECK(condition) ((condition) ? void() : Failed(#condition, __LINE__))

namespace {

namespace fs = std::filesystem;

void Failed(const char *what, int line)
{
    std::fprintf(stderr, "line %d: %s\n", line, what);
    std::exit(2);
}

class Client {
public:
    explicit Client(HTTPSYS_SIM *sim) : client_(HttpsysSimConnect(sim, 80)) { CHECK(client_ != nullptr); }

    void Send(const std::string &bytes)
    {
        CHECK(HttpsysSimSendBytes(client_, bytes.data(), static_cast<ULONG>(bytes.size())) == NO_ERROR);
    }
    std::string Response()
    {
        ULONG length = 0;
        const char *response = HttpsysSimResponse(client_, &length);
        CHECK(response != nullptr);
        return {response, length};
    }
    void Reset() { HttpsysSimReset(client_); }
    HTTPSYS_SIM_END ExpectEnd() { return HttpsysSimClientExpectEnd(client_); }

private:
    HTTPSYS_SIM_CLIENT *client_;
};

// The application on a simulated machine.
class Running {
public:
    explicit Running(const fs::path &folder)
        : folder(folder), sim(HttpsysSimCreate(HttpsysSimSeed())), notes(new Notes(folder)),
          server(new Server(L"http://localhost:80/", [this](Exchange exchange) { notes->Answer(std::move(exchange)); }))
    {
        CHECK(HttpsysSimFault(sim, HTTPSYS_FAULT_SPLIT, 30) == NO_ERROR);
        CHECK(HttpsysSimFault(sim, HTTPSYS_FAULT_DELAY, 20) == NO_ERROR);
        notes->Serve(*server);
        server->Start(3, 4);
    }

    std::string Ask(const std::string &line, const std::string &body = {})
    {
        Client client(sim);
        client.Send(Request(line, body));
        return client.Response();
    }

    static std::string Request(const std::string &line, const std::string &body = {})
    {
        return line + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               body;
    }

    bool IsFolderEmpty() const { return fs::is_empty(folder); }

    // How many requests were broken off. Nothing of the simulation may be left.
    int End(DWORD milliseconds = 30'000)
    {
        notes->End();
        const int left = server->End(milliseconds);
        Finish();
        return left;
    }

    void Finish()
    {
        server.reset();
        notes.reset();
        CHECK(HttpsysSimFinish(sim) == 0); // else it has printed seed and trace
        for (const auto &entry : fs::directory_iterator(folder)) {
            fs::remove(entry);
        }
    }

    const fs::path folder;
    HTTPSYS_SIM *const sim;
    std::unique_ptr<Notes> notes;
    std::unique_ptr<Server> server;
};

bool Has(const std::string &response, const std::string &status, const std::string &end)
{
    return response.rfind("HTTP/1.1 " + status + " ", 0) == 0 && response.size() >= end.size() &&
           response.compare(response.size() - end.size(), end.size(), end) == 0;
}

void NotesAreAResource(const fs::path &folder)
{
    Running running(folder);
    const std::string note = R"({"id":1,"text":"größer \"Ü\" )" "\xf0\x9f\x8e\x88\"}";
    CHECK(Has(running.Ask("POST /notes", R"({"text": "gr\u00f6ßer \"\u00dc\" \ud83c\udf88"})"), "201", note));
    CHECK(Has(running.Ask("GET /notes/1"), "200", note));
    CHECK(Has(running.Ask("GET /notes"), "200", "[" + note + "]"));
    CHECK(Has(running.Ask("DELETE /notes/1"), "204", "\r\n\r\n"));
    CHECK(Has(running.Ask("GET /notes/1"), "404", "}"));
    CHECK(Has(running.Ask("GET /elsewhere"), "404", "}"));
    CHECK(Has(running.Ask("PUT /notes"), "405", "}"));
    for (const char *wrong : {"", "{", R"({"txt":"a"})", R"({"text":"a"}x)", R"({"text":"\u00g0"})", "\xff"}) {
        CHECK(Has(running.Ask("POST /notes", wrong), "400", "}"));
    }
    CHECK(Has(running.Ask("POST /notes", std::string(64 * 1024 + 1, 'x')), "413", "}"));
    CHECK(running.End() == 0);
}

void AFileIsStoredWholeOrNotAtAll(const fs::path &folder)
{
    Running running(folder);
    const std::string file(200'000, 'f');
    Client gone(running.sim), slow(running.sim);
    gone.Send("PUT /files/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
    slow.Send("PUT /files/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
    HttpsysSimAdvance(running.sim, 10); // under way, or already read
    gone.Reset();
    const ULONGLONG begun = GetTickCount64();
    CHECK(slow.ExpectEnd() == HTTPSYS_SIM_END_RESET);
    const ULONGLONG took = GetTickCount64() - begun; // virtual milliseconds
    CHECK(took > 115'000 && took < 130'000);
    HttpsysSimAdvance(running.sim, 1000);
    CHECK(running.IsFolderEmpty());
    CHECK(Has(running.Ask("PUT /files/..%5Cx", "x"), "404", "}") && running.IsFolderEmpty());
    for (const std::string name : {"CON", "nul", "Nul.txt", "aux.tar.gz", "PRN.", "com1", "LPT0.log"}) {
        CHECK(Has(running.Ask("PUT /files/" + name, "x"), "400", "}") && running.IsFolderEmpty());
    }
    CHECK(Has(running.Ask("GET /files/a"), "404", "}"));
    CHECK(Has(running.Ask("PUT /files/a", file), "201", R"({"length":200000})"));
    CHECK(Has(running.Ask("GET /files/a"), "200", "\r\n\r\n" + file));
    CHECK(running.End() == 0);
}

void AClientWaitsForTheNextNote(const fs::path &folder)
{
    Running running(folder);
    Client first(running.sim), second(running.sim), gone(running.sim);
    for (Client *client : {&first, &second, &gone}) {
        client->Send(Running::Request("GET /notes?after=0"));
    }
    HttpsysSimAdvance(running.sim, 5000);
    gone.Reset();
    CHECK(Has(running.Ask("POST /notes", R"({"text":"a"})"), "201", "}"));
    CHECK(Has(first.Response(), "200", R"([{"id":1,"text":"a"}])"));
    CHECK(Has(second.Response(), "200", R"([{"id":1,"text":"a"}])"));
    const ULONGLONG begun = GetTickCount64();
    first.Send(Running::Request("GET /notes?after=1"));
    CHECK(Has(first.Response(), "204", "\r\n\r\n"));
    const ULONGLONG waited = GetTickCount64() - begun;
    CHECK(waited >= 30'000 && waited < 32'000);
    CHECK(running.End() == 0);
}

void TheEndLetsRequestsFinish(const fs::path &folder)
{
    Running running(folder);
    Client upload(running.sim), waiting(running.sim), idle(running.sim);
    idle.Send(Running::Request("GET /notes"));
    CHECK(Has(idle.Response(), "200", "[]"));
    waiting.Send(Running::Request("GET /notes?after=0"));
    upload.Send("PUT /files/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
    HttpsysSimAdvance(running.sim, 1000);

    const auto end = [](LPVOID server) { return static_cast<DWORD>(static_cast<Server *>(server)->End(30'000)); };
    running.notes->End();
    const HANDLE ending = CreateThread(nullptr, 0, end, running.server.get(), 0, nullptr);
    CHECK(Has(waiting.Response(), "204", "\r\n\r\n"));
    CHECK(idle.ExpectEnd() == HTTPSYS_SIM_END_CLOSED);
    CHECK(WaitForSingleObject(ending, 0) == WAIT_TIMEOUT);
    upload.Send("56789");
    const std::string stored = upload.Response();
    CHECK(Has(stored, "201", R"({"length":10})") && stored.find("Connection: close") != stored.npos);
    CHECK(WaitForSingleObject(ending, INFINITE) == WAIT_OBJECT_0);
    DWORD left = 1;
    CHECK(GetExitCodeThread(ending, &left) && left == 0);
    CloseHandle(ending);
    CHECK(HttpsysSimConnect(running.sim, 80) == nullptr);
    running.Finish();
}

void TheEndHasALimit(const fs::path &folder)
{
    Running running(folder);
    Client slow(running.sim);
    slow.Send("PUT /files/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
    HttpsysSimAdvance(running.sim, 1000);
    running.notes->End();
    const ULONGLONG begun = GetTickCount64();
    CHECK(running.server->End(4000) == 1);
    const ULONGLONG took = GetTickCount64() - begun;
    CHECK(took >= 4000 && took < 6000);
    CHECK(slow.ExpectEnd() == HTTPSYS_SIM_END_RESET && running.IsFolderEmpty());
    running.Finish();
}

} // namespace

int main(int argc, char **argv)
{
    const fs::path folder = argc > 1 ? argv[1] : "notes_test_files";
    fs::remove_all(folder);
    fs::create_directories(folder);
    NotesAreAResource(folder);
    AFileIsStoredWholeOrNotAtAll(folder);
    AClientWaitsForTheNextNote(folder);
    TheEndLetsRequestsFinish(folder);
    TheEndHasALimit(folder);
    fs::remove_all(folder);
    std::printf("5 tests passed\n");
    return 0;
}
