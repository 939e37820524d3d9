/* HttpsysSockaddrToNative against the native headers. Exit code 0 means that all is well, another
 * one is the line that failed. */
#include <http.h>

#include <arpa/inet.h>
#include <string.h>

#include <httpsys/native.h>

#define CHECK(condition)                                                                           \
    if (!(condition))                                                                              \
    return __LINE__

int main(void)
{
    struct sockaddr_storage native;
    const struct sockaddr_in *four = (const struct sockaddr_in *)&native;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&native;
    SOCKADDR_STORAGE storage;
    SOCKADDR_IN *in4 = (SOCKADDR_IN *)&storage;
    SOCKADDR_IN6 *in6 = (SOCKADDR_IN6 *)&storage;

    memset(&storage, 0, sizeof(storage));
    in4->sin_family = HTTPSYS_AF_INET;
    in4->sin_port = htons(8080);
    in4->sin_addr.s_addr = htonl(0x7F000001);
    CHECK(HttpsysSockaddrToNative((SOCKADDR *)&storage, &native) == sizeof(*four));
    CHECK(four->sin_family == AF_INET && four->sin_port == htons(8080));
    CHECK(four->sin_addr.s_addr == htonl(INADDR_LOOPBACK));

    memset(&storage, 0, sizeof(storage));
    in6->sin6_family = HTTPSYS_AF_INET6;
    in6->sin6_port = htons(443);
    in6->sin6_addr.u.Byte[15] = 1;
    in6->sin6_scope_id = 7;
    CHECK(HttpsysSockaddrToNative((SOCKADDR *)&storage, &native) == sizeof(*six));
    CHECK(six->sin6_family == AF_INET6 && six->sin6_port == htons(443));
    CHECK(IN6_IS_ADDR_LOOPBACK(&six->sin6_addr) && six->sin6_scope_id == 7);

    storage.ss_family = HTTPSYS_AF_UNSPEC;
    CHECK(HttpsysSockaddrToNative((SOCKADDR *)&storage, &native) == 0);
    CHECK(HttpsysSockaddrToNative(NULL, &native) == 0);
    CHECK(HttpsysSockaddrToNative((SOCKADDR *)&storage, NULL) == 0);
    return 0;
}
