/* httpsys_sim.h: tests of HTTP Server API programs in a simulation.
 *
 * A simulation replaces the network, the clocks and the scheduler under a program. Its functions of http.h
 * serve clients of the simulation instead of sockets. Waits of 120 seconds are over at once, because time
 * passes only when no thread can run. One thread runs at a time, and a seed decides which one, how bytes are
 * cut and what goes wrong: the same program with the same seed is the same run, on every platform.
 *
 *     #include <windows.h>
 *     #include <http.h>
 *     #include <httpsys_sim.h>
 *     #include <string.h>
 *
 *     int main(void)
 *     {
 *         HTTPSYS_SIM *sim = HttpsysSimCreate(HttpsysSimSeed());
 *         HANDLE queue = start_server(L"http://localhost:80/");    (the program under test: HttpInitialize ...)
 *         HTTPSYS_SIM_CLIENT *client = HttpsysSimConnect(sim, 80);
 *         const char *answer;
 *
 *         HttpsysSimSend(client, "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
 *         serve_one(queue);                            (HttpReceiveHttpRequest, HttpSendHttpResponse)
 *         answer = HttpsysSimResponse(client, NULL);
 *         if (answer == NULL || strncmp(answer, "HTTP/1.1 200 ", 13) != 0)
 *             return 2;
 *         HttpsysSimAdvance(sim, 121 * 1000);                      (the idle connection is closed)
 *         if (HttpsysSimClientEnd(client) != HTTPSYS_SIM_END_CLOSED)
 *             return 3;
 *         stop_server(queue);
 *         return HttpsysSimFinish(sim);
 *     }
 *
 * The functions are in a library of their own, which `make build-sim` builds and programs are not shipped with:
 * httpsys-cc --sim test.c -o test. It has everything that libhttpapi has. docs/SIMULATION.md tells more.
 *
 * Threads. The thread that calls HttpsysSimCreate is the main thread of the simulation. Threads that it or
 * its threads start with CreateThread, _beginthreadex and the thread pool belong to it as well; any of them may
 * call any function here unless said otherwise. Waits, Sleep, clocks, events, mutexes, critical sections, SRW
 * locks, condition variables and completion ports of windows.h are those of the simulation. A thread that
 * blocks elsewhere (pthread_mutex_lock, read) while another one of the simulation would have to run stops the
 * simulation, and after 5 s of real time it fails and says which thread and which call. Threads that are
 * started without windows.h, and sockets, do not take part: what depends on them is not repeated.
 *
 * Results. Functions that return ULONG return a Win32 error code: ERROR_INVALID_PARAMETER (87) for NULL, for a
 * value out of its range, and from a thread that belongs to no simulation. HttpsysLastReason has the reason in
 * words, also where a function returns NULL. Nothing here needs HttpInitialize.
 *
 * Failures. A deadlock, a thread that does not come back and too many steps (10 million) end the process with
 * the exit code 101 and a report on standard error; HttpsysSimFinish reports the others. Each report has the
 * seed (HTTPSYS_SEED=7 replays it), the threads with what they wait for, the last steps, and the last events of
 * the network. With HTTPSYS_SIM_TRACE=1 in the environment HttpsysSimFinish prints all steps in any case.
 */
#ifndef HTTPSYS_SIM_H
#define HTTPSYS_SIM_H

#include "http.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A simulation. */
typedef struct _HTTPSYS_SIM HTTPSYS_SIM;

/* A client with one connection. It belongs to its simulation and lives until HttpsysSimFinish, also when its
 * connection is closed. One thread at a time may use it. */
typedef struct _HTTPSYS_SIM_CLIENT HTTPSYS_SIM_CLIENT;

/* ---- The simulation ---- */

/* Makes a simulation; the calling thread becomes its main thread. All 64-bit numbers are seeds. A process has
 * one simulation at a time; when that is finished it may make the next one. Call it before HttpInitialize: the
 * simulation counts its own HttpInitialize, and its service reads its parameters from the environment as
 * that of a process does. The clock of the system begins with 2026-01-01T00:00:00Z.
 *
 * NULL: there is a simulation already. */
HTTPAPI_LINKAGE HTTPSYS_SIM *WINAPI HttpsysSimCreate(_In_ ULONGLONG Seed);

/* The seed in the environment variable HTTPSYS_SEED, in decimal; 1 without it. */
HTTPAPI_LINKAGE ULONGLONG WINAPI HttpsysSimSeed(VOID);

/* Lets the other threads, the service and the network go on until so many milliseconds of virtual time have
 * passed. Other calls that wait let them go on, too. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimAdvance(_In_ HTTPSYS_SIM *Sim, _In_ ULONGLONG Milliseconds);

/* Enters a text (UTF-8) into the trace; a report has the last one of each thread. The text is copied. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimNote(_In_ HTTPSYS_SIM *Sim, _In_ const CHAR *Text);

/* The bytes of a log file that the service has written. Access logs and HTTPERR go to a disk in memory, which is the
 * simulation's and empty in the beginning; an entry is in its file a second of virtual time after it was logged, or
 * when its log was closed. Path is named as DirectoryName of HTTP_LOGGING_INFO is, with the file's name behind it:
 * L"C:\\Logs\\u_ex260101.log".
 *
 * The bytes have a NUL behind them; Length, which may be NULL, receives their number without it. The memory is the
 * simulation's, and valid until the next HttpsysSimFile.
 *
 * NULL: there is no such file. */
HTTPAPI_LINKAGE const CHAR *WINAPI HttpsysSimFile(_In_ HTTPSYS_SIM *Sim, _In_ PCWSTR Path, _Out_opt_ PULONG Length);

/* Ends the simulation. It looks for requests that were neither answered nor cancelled and whose connections are open,
 * closes the connections of all clients, then the service with its queues, on which waiting calls end with
 * ERROR_OPERATION_ABORTED (995) or ERROR_INVALID_HANDLE (6), and gives threads of CreateThread 60 s of virtual time
 * to come to an end. Then it frees the simulation and the clients. The main thread belongs to no simulation
 * any more, and may make the next one. Only the main thread may call it.
 *
 * The exit code of the test: 0; 1 when something was wrong, with a report on standard error: there were such
 * requests, or threads of CreateThread have not ended, which never go on then. 1 also, and the simulation
 * goes on, when Sim is NULL or the thread is not the main one. */
HTTPAPI_LINKAGE int WINAPI HttpsysSimFinish(_In_ HTTPSYS_SIM *Sim);

/* ---- What goes wrong on the network ---- */

/* Each is a rule that holds from the call on until the next one of the same kind; in the beginning the network is an
 * ideal loopback. Chances are in percent, 0 to 100, and drawn by the seed. */
typedef enum _HTTPSYS_FAULT {
    /* percent: a segment arrives in two pieces, cut at a random place, as TCP may at any time */
    HTTPSYS_FAULT_SPLIT = 1,
    /* milliseconds, up to a day: each segment takes from none to so many */
    HTTPSYS_FAULT_DELAY = 2,
    /* percent: a write finds the send buffer full after a part of its bytes, perhaps none, for up to 10 ms */
    HTTPSYS_FAULT_FULL_SEND_BUFFER = 3,
    /* percent: behind a segment the connection breaks, and both ends get a reset */
    HTTPSYS_FAULT_RESET = 4,
    /* percent: a connect is refused although somebody listens */
    HTTPSYS_FAULT_REFUSE = 5,
    /* percent: an accept fails as if the process had no descriptor left; the client waits */
    HTTPSYS_FAULT_ACCEPT = 6,
    /* bytes, 1 to 1 GiB (65,536 in the beginning): the send buffer and the receive window of each end */
    HTTPSYS_FAULT_BUFFER_SIZE = 7,
    /* bytes, 1 to 1 GiB: each segment has from one byte to so many */
    HTTPSYS_FAULT_SEGMENT_SIZE = 8
} HTTPSYS_FAULT;

/* Sets the rule. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimFault(_In_ HTTPSYS_SIM *Sim, _In_ HTTPSYS_FAULT Kind,
                                             _In_ ULONGLONG Value);

/* ---- Clients ---- */

/* A call that waits for the server lets the simulation go on meanwhile, for at most 600 s of virtual time:
 * then it returns WAIT_TIMEOUT (258) or NULL. ERROR_NETNAME_DELETED (64): the connection was reset, or the client
 * has closed it. */

/* Connects to the port of 127.0.0.1 and waits until that is done. NULL: nobody listens there, or a fault has
 * refused it. */
HTTPAPI_LINKAGE HTTPSYS_SIM_CLIENT *WINAPI HttpsysSimConnect(_In_ HTTPSYS_SIM *Sim, _In_ USHORT Port);

/* Sends a text without its NUL, and waits while the send buffer is full. 0, 64, 258. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimSend(_In_ HTTPSYS_SIM_CLIENT *Client, _In_ const CHAR *Text);

/* As HttpsysSimSend, with bytes. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimSendBytes(_In_ HTTPSYS_SIM_CLIENT *Client,
                                                 _In_reads_bytes_(Length) const VOID *Bytes,
                                                 _In_ ULONG Length);

/* Waits until bytes have come, and takes as many as there are and fit. 0 with at least one byte;
 * ERROR_HANDLE_EOF (38): the server has closed the connection; 64, 258. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimReceive(_In_ HTTPSYS_SIM_CLIENT *Client,
                                               _Out_writes_bytes_to_(Length, *BytesReceived) PVOID Buffer,
                                               _In_ ULONG Length, _Out_ PULONG BytesReceived);

/* Waits for a whole response and returns it, head and body, as it came, with a NUL behind it. Length, which may
 * be NULL, receives its length without the NUL. An interim response (100) is one of its own. It ends where its
 * framing says, or with the connection; take the answer to HEAD with HttpsysSimReceive.
 *
 * The memory is the simulation's. It is valid until the next HttpsysSimResponse of this client.
 *
 * NULL: the connection has ended before there was a whole response, or nothing came in time. */
HTTPAPI_LINKAGE const CHAR *WINAPI HttpsysSimResponse(_In_ HTTPSYS_SIM_CLIENT *Client,
                                                      _Out_opt_ PULONG Length);

/* Ends the client's stream (FIN); it can still receive. 0, 64. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimHalfClose(_In_ HTTPSYS_SIM_CLIENT *Client);

/* Closes the connection: with FIN, or with RST if bytes have come that nobody took. Does nothing for one that
 * is closed. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimClose(_In_ HTTPSYS_SIM_CLIENT *Client);

/* Breaks the connection off (RST). Does nothing for one that is closed. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimReset(_In_ HTTPSYS_SIM_CLIENT *Client);

/* How the server has ended a connection. */
typedef enum _HTTPSYS_SIM_END {
    HTTPSYS_SIM_END_OPEN = 0,   /* it has not; also when the client itself has closed it */
    HTTPSYS_SIM_END_CLOSED = 1, /* with FIN, in order */
    HTTPSYS_SIM_END_RESET = 2   /* with RST: it was broken off */
} HTTPSYS_SIM_END;

/* How the connection was ended. What is under way gets a second of virtual time to arrive. */
HTTPAPI_LINKAGE HTTPSYS_SIM_END WINAPI HttpsysSimClientEnd(_In_ HTTPSYS_SIM_CLIENT *Client);

/* The same, and waits until the server has ended it, as an idle connection after 120 s. HTTPSYS_SIM_END_OPEN: it is
 * open after 600 s of virtual time, or the client itself has closed it. */
HTTPAPI_LINKAGE HTTPSYS_SIM_END WINAPI HttpsysSimClientExpectEnd(_In_ HTTPSYS_SIM_CLIENT *Client);

#ifdef __cplusplus
}
#endif

#endif
