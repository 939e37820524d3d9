/* httpsys_sim.h: tests of HTTP Server API programs in a simulation.
 *
 * A simulation replaces the network, the clocks and the scheduler under a program. The program's calls of http.h serve
 * clients of the simulation instead of sockets. A wait of 120 seconds ends immediately, because time passes only when
 * no thread can run. One thread runs at a time, and a seed decides which one, how bytes are split and what goes wrong:
 * the same program with the same seed behaves the same, on every platform.
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
 * The functions are in a separate library, which `make build-sim` builds and which must not be shipped with programs:
 * httpsys-cc --sim test.c -o test. It has everything that libhttpapi has. docs/SIMULATION.md has more details.
 *
 * Threads. The thread that calls HttpsysSimCreate is the main thread of the simulation. Threads that it or its threads
 * start with CreateThread, _beginthreadex and the thread pool belong to it as well; any of them may call any function
 * here unless noted otherwise. Waits, Sleep, clocks, events, mutexes, critical sections, SRW locks, condition variables
 * and completion ports of windows.h are those of the simulation. A thread that blocks elsewhere (pthread_mutex_lock,
 * read) while another thread of the simulation would have to run stops the simulation; after 5 s of real time it fails
 * and reports the thread and the call. Threads that are started without windows.h, and sockets, do not take part:
 * anything that depends on them is not reproducible.
 *
 * Results. Functions that return ULONG return a Win32 error code: ERROR_INVALID_PARAMETER (87) for NULL, for a value
 * out of its range, and from a thread that belongs to no simulation. HttpsysLastReason has the reason in words, also
 * for a function that returns NULL. None of the functions needs HttpInitialize.
 *
 * Failures. A deadlock, a thread that does not return and too many steps (10 million) end the process with the exit
 * code 101 and a report on standard error; HttpsysSimFinish reports other failures. Each report has the seed
 * (HTTPSYS_SEED=7 replays it), the threads and what they are waiting for, the last steps, and the last events of the
 * network. With HTTPSYS_SIM_TRACE=1 in the environment HttpsysSimFinish prints all steps in any case.
 */
#ifndef HTTPSYS_SIM_H
#define HTTPSYS_SIM_H

#include "http.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A simulation. */
typedef struct _HTTPSYS_SIM HTTPSYS_SIM;

/* A client with one connection. It belongs to its simulation and exists until HttpsysSimFinish, even if its connection
 * is closed. Only one thread at a time may use it. */
typedef struct _HTTPSYS_SIM_CLIENT HTTPSYS_SIM_CLIENT;

/* ---- The simulation ---- */

/* Creates a simulation; the calling thread becomes its main thread. Any 64-bit number can be a seed. A process can have
 * one simulation at a time; when it is finished, the process may create the next one. Call this before HttpInitialize:
 * each simulation counts HttpInitialize calls separately, and its service reads its parameters from the environment
 * like the service of a process. The system clock starts at 2026-01-01T00:00:00Z.
 *
 * NULL: a simulation exists already. */
HTTPAPI_LINKAGE HTTPSYS_SIM *WINAPI HttpsysSimCreate(_In_ ULONGLONG Seed);

/* The seed in the environment variable HTTPSYS_SEED, in decimal; 1 without it. */
HTTPAPI_LINKAGE ULONGLONG WINAPI HttpsysSimSeed(VOID);

/* Lets the other threads, the service and the network run until this many milliseconds of virtual time have passed.
 * Other waiting calls let them run, too. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimAdvance(_In_ HTTPSYS_SIM *Sim, _In_ ULONGLONG Milliseconds);

/* Writes a text (UTF-8) to the trace; a report has the last one of each thread. The text is copied. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimNote(_In_ HTTPSYS_SIM *Sim, _In_ const CHAR *Text);

/* Returns the bytes of a log file that the service has written. Access logs and HTTPERR logs are written to an
 * in-memory disk of the simulation, which is empty at first. An entry is in its file a second of virtual time after it
 * was logged, or when its log is closed. Path has the form of DirectoryName in HTTP_LOGGING_INFO, followed by the file
 * name: L"C:\\Logs\\u_ex260101.log".
 *
 * The bytes are followed by a NUL; Length, which may be NULL, receives their number without it. The memory belongs to
 * the simulation and is valid until the next HttpsysSimFile.
 *
 * NULL: there is no such file. */
HTTPAPI_LINKAGE const CHAR *WINAPI HttpsysSimFile(_In_ HTTPSYS_SIM *Sim, _In_ PCWSTR Path, _Out_opt_ PULONG Length);

/* Ends the simulation. It checks for requests that were neither answered nor cancelled and whose connections are open.
 * It closes the connections of all clients, then the service with its queues, where waiting calls end with
 * ERROR_OPERATION_ABORTED (995) or ERROR_INVALID_HANDLE (6), and gives threads of CreateThread 60 s of virtual time to
 * end. Then it frees the simulation and the clients. The main thread no longer belongs to a simulation and may create
 * the next one. Only the main thread may call this function.
 *
 * Returns the exit code of the test: 0, or 1 with a report on standard error if there were such requests or if threads
 * of CreateThread have not ended; those never continue. It also returns 1, and the simulation continues, if Sim is NULL
 * or the thread is not the main one. */
HTTPAPI_LINKAGE int WINAPI HttpsysSimFinish(_In_ HTTPSYS_SIM *Sim);

/* ---- What goes wrong on the network ---- */

/* Each is a rule that applies from the call on until the next call with the same kind; at first the network is an ideal
 * loopback. Probabilities are in percent, 0 to 100, and the seed decides the outcome. */
typedef enum _HTTPSYS_FAULT {
    /* percent: a segment arrives in two pieces, split at a random place, as TCP may do at any time */
    HTTPSYS_FAULT_SPLIT = 1,
    /* milliseconds, up to a day: each segment is delayed by a random time up to this value */
    HTTPSYS_FAULT_DELAY = 2,
    /* percent: a write finds the send buffer full after a part of its bytes, perhaps none, for up to 10 ms */
    HTTPSYS_FAULT_FULL_SEND_BUFFER = 3,
    /* percent: after a segment the connection breaks, and both ends get a reset */
    HTTPSYS_FAULT_RESET = 4,
    /* percent: a connect is refused although there is a listener */
    HTTPSYS_FAULT_REFUSE = 5,
    /* percent: an accept fails as if the process had no descriptor left; the client waits */
    HTTPSYS_FAULT_ACCEPT = 6,
    /* bytes, 1 to 1 GiB (65,536 at first): the send buffer and the receive window of each end */
    HTTPSYS_FAULT_BUFFER_SIZE = 7,
    /* bytes, 1 to 1 GiB: each segment has from one byte up to this many */
    HTTPSYS_FAULT_SEGMENT_SIZE = 8
} HTTPSYS_FAULT;

/* Sets the rule. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimFault(_In_ HTTPSYS_SIM *Sim, _In_ HTTPSYS_FAULT Kind,
                                             _In_ ULONGLONG Value);

/* ---- Clients ---- */

/* While a call waits for the server, the simulation continues, for at most 600 s of virtual time; after that the call
 * returns WAIT_TIMEOUT (258) or NULL. ERROR_NETNAME_DELETED (64) means that the connection was reset, or that the
 * client has closed it. */

/* Connects to this port of 127.0.0.1 and waits until it is connected. NULL: there is no listener, or a fault refused
 * the connection. */
HTTPAPI_LINKAGE HTTPSYS_SIM_CLIENT *WINAPI HttpsysSimConnect(_In_ HTTPSYS_SIM *Sim, _In_ USHORT Port);

/* Sends a text without its NUL, and waits while the send buffer is full. 0, 64, 258. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimSend(_In_ HTTPSYS_SIM_CLIENT *Client, _In_ const CHAR *Text);

/* Works like HttpsysSimSend, with bytes. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimSendBytes(_In_ HTTPSYS_SIM_CLIENT *Client,
                                                 _In_reads_bytes_(Length) const VOID *Bytes,
                                                 _In_ ULONG Length);

/* Waits until bytes have arrived, and takes as many as are there and fit. 0 with at least one byte; ERROR_HANDLE_EOF
 * (38): the server has closed the connection; 64, 258. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimReceive(_In_ HTTPSYS_SIM_CLIENT *Client,
                                               _Out_writes_bytes_to_(Length, *BytesReceived) PVOID Buffer,
                                               _In_ ULONG Length, _Out_ PULONG BytesReceived);

/* Waits for a whole response and returns it, head and body, as it arrived, with a NUL at the end. Length, which may be
 * NULL, receives its length without the NUL. An interim response (100) counts as a response. A response ends where its
 * framing says, or with the connection; read the response to HEAD with HttpsysSimReceive.
 *
 * The memory belongs to the simulation. It is valid until the next HttpsysSimResponse of this client.
 *
 * NULL: the connection ended before there was a whole response, or nothing arrived in time. */
HTTPAPI_LINKAGE const CHAR *WINAPI HttpsysSimResponse(_In_ HTTPSYS_SIM_CLIENT *Client,
                                                      _Out_opt_ PULONG Length);

/* Ends the client's stream (FIN); it can still receive. 0, 64. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimHalfClose(_In_ HTTPSYS_SIM_CLIENT *Client);

/* Closes the connection: with FIN, or with RST if there are received bytes that were not read. Does nothing if the
 * connection is closed. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimClose(_In_ HTTPSYS_SIM_CLIENT *Client);

/* Resets the connection (RST). Does nothing if it is closed. */
HTTPAPI_LINKAGE ULONG WINAPI HttpsysSimReset(_In_ HTTPSYS_SIM_CLIENT *Client);

/* How the server has ended a connection. */
typedef enum _HTTPSYS_SIM_END {
    HTTPSYS_SIM_END_OPEN = 0,   /* it has not ended it, or the client itself has closed it */
    HTTPSYS_SIM_END_CLOSED = 1, /* with FIN, gracefully */
    HTTPSYS_SIM_END_RESET = 2   /* with RST */
} HTTPSYS_SIM_END;

/* Returns how the server ended the connection. Data in transit gets a second of virtual time to arrive. */
HTTPAPI_LINKAGE HTTPSYS_SIM_END WINAPI HttpsysSimClientEnd(_In_ HTTPSYS_SIM_CLIENT *Client);

/* The same, but waits until the server has ended the connection, for instance an idle one after 120 s.
 * HTTPSYS_SIM_END_OPEN: it is still open after 600 s of virtual time, or the client itself has closed it. */
HTTPAPI_LINKAGE HTTPSYS_SIM_END WINAPI HttpsysSimClientExpectEnd(_In_ HTTPSYS_SIM_CLIENT *Client);

#ifdef __cplusplus
}
#endif

#endif
