/* Sets, lists and deletes a record of each kind in the configuration store, as netsh http does.
 *
 *   configuration add HASH     HASH: the SHA-1 of a certificate in the store MY, 40 hexadecimal digits
 *   configuration show
 *   configuration delete
 *
 * Records outlive the program that sets them: run it three times. Where they are kept says
 * docs/CONFIGURATION.md. Exits with 0, or with 1 after the first call that fails. Build:
 *
 *   cc -I crates/httpapi/include configuration.c -L target/release -lhttpapi -o configuration
 */
#include <http.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT 8443
#define URL u"http://localhost:8442/app/"
#define HOST u"localhost"

/* What each record has in common: its id, its structure, and the extended type of some. */
typedef struct {
    const char *name;
    HTTP_SERVICE_CONFIG_ID id;
    void *record;
    ULONG size;
} RECORD;

static UCHAR hash[20];
static SOCKADDR_IN address, loopback;
static HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM listen_address;
static HTTP_SERVICE_CONFIG_URLACL_SET reservation;
static HTTP_SERVICE_CONFIG_TIMEOUT_SET timeout;
static HTTP_SERVICE_CONFIG_CACHE_SET cache;
static HTTP_SERVICE_CONFIG_SETTING_SET setting;
static HTTP_SERVICE_CONFIG_SSL_SET by_address;
static HTTP_SERVICE_CONFIG_SSL_SNI_SET by_host, by_scope;
static HTTP_SERVICE_CONFIG_SSL_CCS_SET by_port;
static HTTP_SERVICE_CONFIG_SSL_SET_EX by_address_ex;
static HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX by_host_ex, by_scope_ex;
static HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX by_port_ex;

/* A certificate's record comes before what says more about it. */
static const RECORD records[] = {
    {"IP listen list", HttpServiceConfigIPListenList, &listen_address, sizeof(listen_address)},
    {"reservation", HttpServiceConfigUrlAclInfo, &reservation, sizeof(reservation)},
    {"timeout", HttpServiceConfigTimeout, &timeout, sizeof(timeout)},
    {"cache parameter", HttpServiceConfigCache, &cache, sizeof(cache)},
    {"setting", HttpServiceConfigSetting, &setting, sizeof(setting)},
    {"certificate of an address", HttpServiceConfigSSLCertInfo, &by_address, sizeof(by_address)},
    {"certificate of a host", HttpServiceConfigSslSniCertInfo, &by_host, sizeof(by_host)},
    {"central store", HttpServiceConfigSslCcsCertInfo, &by_port, sizeof(by_port)},
    {"central store of a host", HttpServiceConfigSslScopedCcsCertInfo, &by_scope, sizeof(by_scope)},
    {"more of an address", HttpServiceConfigSslCertInfoEx, &by_address_ex, sizeof(by_address_ex)},
    {"more of a host", HttpServiceConfigSslSniCertInfoEx, &by_host_ex, sizeof(by_host_ex)},
    {"more of a central store", HttpServiceConfigSslCcsCertInfoEx, &by_port_ex, sizeof(by_port_ex)},
    {"more of a central store's host", HttpServiceConfigSslScopedCcsCertInfoEx, &by_scope_ex,
     sizeof(by_scope_ex)},
};

#define RECORDS (sizeof(records) / sizeof(records[0]))

static void check(const char *what, ULONG code)
{
    if (code != NO_ERROR) {
        fprintf(stderr, "%s failed with %lu\n", what, (unsigned long)code);
        exit(1);
    }
}

/* ---- The records ---- */

static void set_certificate(HTTP_SERVICE_CONFIG_SSL_PARAM *param, BOOL has_hash)
{
    memset(param, 0, sizeof(*param));
    if (has_hash) {
        param->SslHashLength = sizeof(hash);
        param->pSslHash = hash;
    }
    param->pSslCertStoreName = (PWSTR)u"MY";
    param->DefaultFlags = HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_HTTP2;
}

static void set_window(HTTP_SERVICE_CONFIG_SSL_PARAM_EX *param)
{
    memset(param, 0, sizeof(*param));
    param->ParamType = ExParamTypeHttp2Window;
    param->Http2WindowSizeParam.Http2ReceiveWindowSize = 70000;
}

/* Records of host names and of the central store have the address 0.0.0.0. */
static void set_port(SOCKADDR_STORAGE *storage)
{
    memset(storage, 0, sizeof(*storage));
    memcpy(storage, &address, sizeof(address));
}

static void set_records(void)
{
    address.sin_family = AF_INET;
    address.sin_port = (USHORT)((PORT & 0xFF) << 8 | PORT >> 8);
    loopback.sin_family = AF_INET;
    memcpy(&loopback.sin_addr, "\x7f\0\0\1", 4);
    listen_address.AddrLength = sizeof(loopback);
    listen_address.pAddress = (PSOCKADDR)&loopback;
    reservation.KeyDesc.pUrlPrefix = (PWSTR)URL;
    reservation.ParamDesc.pStringSecurityDescriptor = (PWSTR)u"D:(A;;GX;;;WD)";
    timeout.KeyDesc = HeaderWaitTimeout;
    timeout.ParamDesc = 30;
    cache.KeyDesc = MaxCacheResponseSize;
    cache.ParamDesc = 65536;
    setting.KeyDesc = HttpTlsThrottle;
    setting.ParamDesc = 1;
    by_address.KeyDesc.pIpPort = (PSOCKADDR)&address;
    set_certificate(&by_address.ParamDesc, TRUE);
    set_port(&by_host.KeyDesc.IpPort);
    by_host.KeyDesc.Host = (PWSTR)HOST;
    set_certificate(&by_host.ParamDesc, TRUE);
    by_scope = by_host;
    set_certificate(&by_scope.ParamDesc, FALSE);
    set_port(&by_port.KeyDesc.LocalAddress);
    set_certificate(&by_port.ParamDesc, FALSE);
    set_port(&by_address_ex.KeyDesc.IpPort);
    set_window(&by_address_ex.ParamDesc);
    by_host_ex.KeyDesc = by_host.KeyDesc;
    set_window(&by_host_ex.ParamDesc);
    by_scope_ex = by_host_ex;
    by_port_ex.KeyDesc = by_port.KeyDesc;
    set_window(&by_port_ex.ParamDesc);
}

/* ---- Asking ---- */

/* Asks twice: for the size, and for the record. NULL at the end of an enumeration; the caller frees. */
static void *ask(const char *what, HTTP_SERVICE_CONFIG_ID id, void *query, ULONG size)
{
    ULONG needed = 0;
    ULONG code = HttpQueryServiceConfiguration(NULL, id, query, size, NULL, 0, &needed, NULL);
    void *answer;

    if (code == ERROR_NO_MORE_ITEMS)
        return NULL;
    if (code != ERROR_INSUFFICIENT_BUFFER)
        check(what, code);
    answer = malloc(needed);
    if (answer == NULL)
        abort();
    check(what, HttpQueryServiceConfiguration(NULL, id, query, size, answer, needed, &needed, NULL));
    return answer;
}

static void print_text(const char *label, const WCHAR *text)
{
    printf("    %s: ", label);
    for (; text != NULL && *text != 0; text++)
        putchar(*text < 0x7F ? (int)*text : '?');
    putchar('\n');
}

static void print_certificate(const HTTP_SERVICE_CONFIG_SSL_PARAM *param)
{
    ULONG i;

    printf("    Certificate Hash: ");
    for (i = 0; i < param->SslHashLength; i++)
        printf("%02x", ((const UCHAR *)param->pSslHash)[i]);
    printf("\n    Flags: %#lx\n", (unsigned long)param->DefaultFlags);
    print_text("Certificate Store Name", param->pSslCertStoreName);
}

static void print_window(const HTTP_SERVICE_CONFIG_SSL_PARAM_EX *param)
{
    ULONG window = param->Http2WindowSizeParam.Http2ReceiveWindowSize;
    printf("    Receive Window: %lu\n", (unsigned long)window);
}

static void show_numbers(void)
{
    HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY *list;
    USHORT *seconds;
    ULONG *number, key;

    list = ask("the list", HttpServiceConfigIPListenList, NULL, 0);
    printf("IP listen list: %lu\n", (unsigned long)list->AddrCount);
    free(list);
    key = HeaderWaitTimeout;
    seconds = ask("the timeout", HttpServiceConfigTimeout, &key, sizeof(key));
    printf("timeout: %u seconds\n", *seconds);
    free(seconds);
    key = MaxCacheResponseSize;
    number = ask("the cache parameter", HttpServiceConfigCache, &key, sizeof(key));
    printf("cache parameter: %lu bytes\n", (unsigned long)*number);
    free(number);
    key = HttpTlsThrottle;
    number = ask("the setting", HttpServiceConfigSetting, &key, sizeof(key));
    printf("setting: %lu\n", (unsigned long)*number);
    free(number);
}

static void show_reservations(void)
{
    HTTP_SERVICE_CONFIG_URLACL_QUERY query = {.QueryDesc = HttpServiceConfigQueryNext};
    HTTP_SERVICE_CONFIG_URLACL_SET *set;

    for (;; query.dwToken++) {
        set = ask("a reservation", HttpServiceConfigUrlAclInfo, &query, sizeof(query));
        if (set == NULL)
            break;
        printf("reservation %lu\n", (unsigned long)query.dwToken);
        print_text("URL", set->KeyDesc.pUrlPrefix);
        print_text("SDDL", set->ParamDesc.pStringSecurityDescriptor);
        free(set);
    }
}

static void show_certificates(void)
{
    HTTP_SERVICE_CONFIG_SSL_QUERY query = {.QueryDesc = HttpServiceConfigQueryNext};
    HTTP_SERVICE_CONFIG_SSL_CCS_QUERY port_query = {.QueryDesc = HttpServiceConfigQueryNext};
    HTTP_SERVICE_CONFIG_SSL_SET *set;
    HTTP_SERVICE_CONFIG_SSL_CCS_SET *port_set;

    for (;; query.dwToken++) {
        set = ask("a certificate", HttpServiceConfigSSLCertInfo, &query, sizeof(query));
        if (set == NULL)
            break;
        printf("certificate of an address %lu\n", (unsigned long)query.dwToken);
        print_certificate(&set->ParamDesc);
        free(set);
    }
    for (;; port_query.dwToken++) {
        port_set = ask("a central store", HttpServiceConfigSslCcsCertInfo, &port_query, sizeof(port_query));
        if (port_set == NULL)
            break;
        printf("central store %lu\n", (unsigned long)port_query.dwToken);
        print_certificate(&port_set->ParamDesc);
        free(port_set);
    }
}

/* Of host names, with a certificate or with the central store. */
static void show_hosts(const char *name, HTTP_SERVICE_CONFIG_ID id)
{
    HTTP_SERVICE_CONFIG_SSL_SNI_QUERY query = {.QueryDesc = HttpServiceConfigQueryNext};
    HTTP_SERVICE_CONFIG_SSL_SNI_SET *set;

    for (;; query.dwToken++) {
        set = ask(name, id, &query, sizeof(query));
        if (set == NULL)
            break;
        printf("%s %lu\n", name, (unsigned long)query.dwToken);
        print_text("Host", set->KeyDesc.Host);
        print_certificate(&set->ParamDesc);
        free(set);
    }
}

static void show_extended(void)
{
    HTTP_SERVICE_CONFIG_SSL_QUERY_EX query = {.QueryDesc = HttpServiceConfigQueryNext};
    HTTP_SERVICE_CONFIG_SSL_SNI_QUERY_EX host_query = {.QueryDesc = HttpServiceConfigQueryNext};
    HTTP_SERVICE_CONFIG_SSL_SET_EX *set;
    HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX *host_set;

    for (;; query.dwToken++) {
        set = ask("more of an address", HttpServiceConfigSslCertInfoEx, &query, sizeof(query));
        if (set == NULL)
            break;
        printf("more of an address %lu\n", (unsigned long)query.dwToken);
        print_window(&set->ParamDesc);
        free(set);
    }
    for (;; host_query.dwToken++) {
        host_set = ask("more of a host", HttpServiceConfigSslSniCertInfoEx, &host_query, sizeof(host_query));
        if (host_set == NULL)
            break;
        printf("more of a host %lu\n", (unsigned long)host_query.dwToken);
        print_text("Host", host_set->KeyDesc.Host);
        print_window(&host_set->ParamDesc);
        free(host_set);
    }
}

/* ---- Commands ---- */

static void add(const char *digits)
{
    size_t i;
    unsigned byte;

    for (i = 0; i < sizeof(hash); i++) {
        if (sscanf(digits + 2 * i, "%2x", &byte) != 1)
            check("the hash", ERROR_INVALID_PARAMETER);
        hash[i] = (UCHAR)byte;
    }
    for (i = 0; i < RECORDS; i++) {
        const RECORD *record = &records[i];
        check(record->name, HttpSetServiceConfiguration(NULL, record->id, record->record, record->size, NULL));
        printf("set: %s\n", record->name);
    }
    /* A certificate record can be replaced at once. */
    by_address.ParamDesc.DefaultFlags = 0;
    check("the update", HttpUpdateServiceConfiguration(NULL, HttpServiceConfigSSLCertInfo, &by_address,
                                                       sizeof(by_address), NULL));
}

static void delete(void)
{
    size_t i;

    for (i = RECORDS; i-- > 0;) {
        const RECORD *record = &records[i];
        check(record->name,
              HttpDeleteServiceConfiguration(NULL, record->id, record->record, record->size, NULL));
        printf("deleted: %s\n", record->name);
    }
}

int main(int argc, char **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    const char *command = argc > 1 ? argv[1] : "show";

    check("HttpInitialize", HttpInitialize(version, HTTP_INITIALIZE_CONFIG, NULL));
    set_records();
    if (strcmp(command, "add") == 0 && argc > 2 && strlen(argv[2]) == 2 * sizeof(hash)) {
        add(argv[2]);
    } else if (strcmp(command, "delete") == 0) {
        delete();
    } else if (strcmp(command, "show") == 0) {
        show_numbers();
        show_reservations();
        show_certificates();
        show_hosts("certificate of a host", HttpServiceConfigSslSniCertInfo);
        show_hosts("central store of a host", HttpServiceConfigSslScopedCcsCertInfo);
        show_extended();
    } else {
        fprintf(stderr, "usage: configuration add HASH | show | delete\n");
        return 1;
    }
    HttpTerminate(HTTP_INITIALIZE_CONFIG, NULL);
    return 0;
}
