// The application: notes as JSON, files, and clients that wait for the next note.
//
// Owns: what is answered. Does not own: receiving, threads, the end (server.hpp). Every handler is a coroutine that
// owns its exchange; there is no thread for each request.
#pragma once

#include "server.hpp"

#include <filesystem>
#include <list>
#include <map>
#include <memory>

class Notes {
public:
    // Files are stored in the folder, which exists.
    explicit Notes(std::filesystem::path folder);
    ~Notes();

    // Sets the server that its requests come from, before the first one.
    void Serve(Server &server) { server_ = &server; }
    void Answer(Exchange exchange);
    // Answers the clients that wait, and from now on all others at once.
    void End();

private:
    using Notebook = std::map<unsigned, std::wstring>;

    // A client that waits for a note with a larger id.
    struct Waiter : Pending {
        unsigned after = 0;
        ULONGLONG until = 0;
    };
    struct Change;

    Detached Reply(Exchange exchange, Response response);
    Detached Create(Exchange exchange);
    Detached Wait(Exchange exchange, unsigned after);
    Detached Store(Exchange exchange, std::filesystem::path path);
    Detached Load(Exchange exchange, std::filesystem::path path);

    Response List(unsigned after);
    Response Show(unsigned id);
    Response Remove(unsigned id);
    Response Add(std::wstring text);
    void WakeAll();
    void WakeIf(bool (*is_due)(const Waiter &, ULONGLONG now));
    static VOID CALLBACK EachSecond(PTP_CALLBACK_INSTANCE, PVOID notes, PTP_TIMER);

    const std::filesystem::path folder_;
    Server *server_ = nullptr;
    PTP_TIMER timer_;

    SrwLock lock_;
    Notebook notes_;
    unsigned last_ = 0;
    std::list<Waiter *> waiters_;
    bool ending_ = false;
};
