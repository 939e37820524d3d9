/* Console control handlers and the signals behind them; how a process ends. Ours alone: on Windows there
 * are no signals. The first argument says what to do; the test looks at the exit status. */
#include "check.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static HANDLE seen;
static char order[8];
static DWORD last_event;

static void note(char who)
{
    order[strlen(order)] = who;
}

static BOOL WINAPI takes(DWORD event)
{
    note('t');
    last_event = event;
    SetEvent(seen);
    return TRUE;
}

static BOOL WINAPI passes(DWORD event)
{
    (void)event;
    note('p');
    return FALSE;
}

static BOOL WINAPI exits(DWORD event)
{
    printf("held by the stream");
    ExitProcess(40 + event);
}

static volatile sig_atomic_t own_signal;

static void own(int number)
{
    own_signal = number;
    SetEvent(seen);
}

static void wait_for_it(void)
{
    CHECK(WaitForSingleObject(seen, 30000) == WAIT_OBJECT_0);
}

/* The event of a signal, and the order of the handlers. */
static int events(void)
{
    CHECK(SetConsoleCtrlHandler(takes, TRUE) && SetConsoleCtrlHandler(passes, TRUE));
    kill(getpid(), SIGINT);
    wait_for_it();
    CHECK(last_event == CTRL_C_EVENT && strcmp(order, "pt") == 0);
    kill(getpid(), SIGQUIT);
    wait_for_it();
    CHECK(last_event == CTRL_BREAK_EVENT);
    kill(getpid(), SIGHUP);
    wait_for_it();
    CHECK(last_event == CTRL_CLOSE_EVENT);
    return FINISH();
}

/* A server: waits for the event and ends in its own way. */
static int server(void)
{
    CHECK(SetConsoleCtrlHandler(takes, TRUE));
    printf("ready\n");
    fflush(stdout);
    wait_for_it();
    return last_event == CTRL_CLOSE_EVENT ? 42 : 41;
}

/* Takes the event and never ends by itself. */
static int stays(void)
{
    CHECK(SetConsoleCtrlHandler(takes, TRUE));
    printf("ready\n");
    fflush(stdout);
    Sleep(INFINITE);
    return 1;
}

static int by_default(void)
{
    CHECK(SetConsoleCtrlHandler(passes, TRUE));
    kill(getpid(), SIGINT);
    Sleep(INFINITE);
    return 1;
}

static int from_a_handler(void)
{
    char line[8];

    CHECK(SetConsoleCtrlHandler(exits, TRUE));
    kill(getpid(), SIGTERM);
    /* Holds the lock of the stream. */
    if (fgets(line, sizeof line, stdin)) {
        return 1;
    }
    Sleep(INFINITE);
    return 1;
}

/* Handlers of the program's own, before ours and after. */
static int own_handlers(void)
{
    struct sigaction now;

    signal(SIGINT, own);
    CHECK(SetConsoleCtrlHandler(passes, TRUE));
    kill(getpid(), SIGINT);
    wait_for_it();
    CHECK(own_signal == SIGINT && strcmp(order, "p") == 0);
    signal(SIGTERM, own);
    CHECK(SetConsoleCtrlHandler(passes, FALSE));
    /* The earlier one is back, the later one was left alone, the others do what they do by default. */
    CHECK(sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == own);
    CHECK(sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler == own);
    CHECK(sigaction(SIGQUIT, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
    return FINISH();
}

static int ignored_ones(void)
{
    struct sigaction now;

    signal(SIGHUP, SIG_IGN);
    CHECK(SetConsoleCtrlHandler(takes, TRUE));
    kill(getpid(), SIGHUP);
    CHECK(SetConsoleCtrlHandler(NULL, TRUE));
    kill(getpid(), SIGINT);
    CHECK(sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == SIG_IGN);
    CHECK(SetConsoleCtrlHandler(NULL, FALSE));
    kill(getpid(), SIGINT);
    wait_for_it();
    CHECK(strcmp(order, "t") == 0 && last_event == CTRL_C_EVENT);
    return FINISH();
}

static int blocked_ones(void)
{
    sigset_t set;
    int number = 0;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    CHECK(SetConsoleCtrlHandler(takes, TRUE));
    kill(getpid(), SIGTERM);
    CHECK(sigwait(&set, &number) == 0 && number == SIGTERM);
    CHECK(order[0] == 0);
    return FINISH();
}

static int child_of_fork(void)
{
    int status = 0;
    pid_t child;

    CHECK(SetConsoleCtrlHandler(takes, TRUE));
    child = fork();
    if (child == 0) {
        raise(SIGINT);
        _exit(1);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    CHECK(order[0] == 0);
    return FINISH();
}

static int codes_of_the_end(const char *code)
{
    printf("held by the stream");
    if (code[0] == 't') {
        TerminateProcess(GetCurrentProcess(), (UINT)atoi(code + 1));
    }
    ExitProcess((UINT)atoi(code));
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    seen = CreateEventA(NULL, FALSE, FALSE, NULL);
    if (strcmp(what, "events") == 0) {
        return events();
    } else if (strcmp(what, "server") == 0) {
        return server();
    } else if (strcmp(what, "stays") == 0) {
        return stays();
    } else if (strcmp(what, "default") == 0) {
        return by_default();
    } else if (strcmp(what, "handler") == 0) {
        return from_a_handler();
    } else if (strcmp(what, "own") == 0) {
        return own_handlers();
    } else if (strcmp(what, "ignored") == 0) {
        return ignored_ones();
    } else if (strcmp(what, "blocked") == 0) {
        return blocked_ones();
    } else if (strcmp(what, "fork") == 0) {
        return child_of_fork();
    }
    return codes_of_the_end(what);
}
