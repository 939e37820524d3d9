/* The structures of httpsys/extension.h against their Rust form: the sizes come from the command
 * line, the members are all of 8 bytes and in the order that is listed here. */
#include <httpsys/extension.h>

#include <stddef.h>

#if defined(__cplusplus)
#define ASSERT(condition) static_assert(condition, #condition)
#else
#define ASSERT(condition) _Static_assert(condition, #condition)
#endif

ASSERT(sizeof(HTTPSYS_SERVICE_COUNTERS) == SERVICE_SIZE);
ASSERT(sizeof(HTTPSYS_URL_GROUP_COUNTERS) == URL_GROUP_SIZE);
ASSERT(sizeof(HTTPSYS_REQUEST_QUEUE_COUNTERS) == REQUEST_QUEUE_SIZE);
ASSERT(sizeof(HTTPSYS_COUNTER_SET) == 4);
ASSERT(HttpsysServiceCounters == 1 && HttpsysUrlGroupCounters == 2);
ASSERT(HttpsysRequestQueueCounters == 3);

#define AT(type, member, index) ASSERT(offsetof(type, member) == 8 * (index))

AT(HTTPSYS_SERVICE_COUNTERS, CurrentUrisCached, 0);
AT(HTTPSYS_SERVICE_COUNTERS, TotalUrisCached, 1);
AT(HTTPSYS_SERVICE_COUNTERS, UriCacheHits, 2);
AT(HTTPSYS_SERVICE_COUNTERS, UriCacheMisses, 3);
AT(HTTPSYS_SERVICE_COUNTERS, UriCacheFlushes, 4);
AT(HTTPSYS_SERVICE_COUNTERS, TotalFlushedUris, 5);
AT(HTTPSYS_SERVICE_COUNTERS, OpenConnections, 6);
AT(HTTPSYS_SERVICE_COUNTERS, AcceptedConnections, 7);
AT(HTTPSYS_SERVICE_COUNTERS, AllRequests, 8);
AT(HTTPSYS_SERVICE_COUNTERS, BytesSentRate, 9);
AT(HTTPSYS_SERVICE_COUNTERS, BytesReceivedRate, 10);
AT(HTTPSYS_SERVICE_COUNTERS, RefusedRequests, 11);
AT(HTTPSYS_SERVICE_COUNTERS, DroppedLogEntries, 12);
AT(HTTPSYS_SERVICE_COUNTERS, AcceptFailures, 13);
AT(HTTPSYS_SERVICE_COUNTERS, PollFailures, 14);
AT(HTTPSYS_SERVICE_COUNTERS, DroppedConnections, 15);
AT(HTTPSYS_SERVICE_COUNTERS, SendsWaited, 16);
AT(HTTPSYS_SERVICE_COUNTERS, SendsThrottled, 17);
AT(HTTPSYS_SERVICE_COUNTERS, TurnsUsedUp, 18);
AT(HTTPSYS_SERVICE_COUNTERS, TimersFired, 19);
AT(HTTPSYS_SERVICE_COUNTERS, Ends, 25);

AT(HTTPSYS_URL_GROUP_COUNTERS, BytesSentRate, 0);
AT(HTTPSYS_URL_GROUP_COUNTERS, BytesReceivedRate, 1);
AT(HTTPSYS_URL_GROUP_COUNTERS, BytesTransferredRate, 2);
AT(HTTPSYS_URL_GROUP_COUNTERS, CurrentConnections, 3);
AT(HTTPSYS_URL_GROUP_COUNTERS, MaxConnections, 4);
AT(HTTPSYS_URL_GROUP_COUNTERS, ConnectionAttempts, 5);
AT(HTTPSYS_URL_GROUP_COUNTERS, GetRequests, 6);
AT(HTTPSYS_URL_GROUP_COUNTERS, HeadRequests, 7);
AT(HTTPSYS_URL_GROUP_COUNTERS, AllRequests, 8);

AT(HTTPSYS_REQUEST_QUEUE_COUNTERS, CurrentQueueSize, 0);
AT(HTTPSYS_REQUEST_QUEUE_COUNTERS, MaxQueueItemAge, 1);
AT(HTTPSYS_REQUEST_QUEUE_COUNTERS, ArrivalRate, 2);
AT(HTTPSYS_REQUEST_QUEUE_COUNTERS, RejectionRate, 3);
AT(HTTPSYS_REQUEST_QUEUE_COUNTERS, RejectedRequests, 4);
AT(HTTPSYS_REQUEST_QUEUE_COUNTERS, CacheHitRate, 5);
AT(HTTPSYS_REQUEST_QUEUE_COUNTERS, AbandonedRequests, 6);
