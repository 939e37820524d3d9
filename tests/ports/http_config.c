/* http_config - reservations, listen addresses, time limits and certificates of the HTTP service.
 *
 *   http_config add urlacl url=http://+:80/app/ sddl=D:(A;;GX;;;WD)
 *   http_config delete urlacl url=http://+:80/app/
 *   http_config show urlacl [url=...]
 *   http_config add|delete iplisten ipaddress=127.0.0.1          show iplisten
 *   http_config add timeout type=idle|header value=SECONDS       show timeout
 *   http_config add sslcert ipport=0.0.0.0:443 certhash=HEX appid={GUID} [store=MY]
 *   http_config delete|show sslcert ipport=0.0.0.0:443
 *
 * Without arguments, commands are read from standard input, one a line, in the same form; what is
 * in double quotes is one argument.
 */
#ifndef UNICODE
#define UNICODE
#define _UNICODE
#endif
#include <winsock2.h>
#include <windows.h>
#include <ws2tcpip.h>
#include <shellapi.h>
#include <objbase.h>
#include <http.h>
#include <stdio.h>
#include <stdlib.h>
#include <strsafe.h>

#pragma comment(lib, "httpapi.lib")
#pragma comment(lib, "shell32.lib")
#pragma comment(lib, "ole32.lib")
#pragma comment(lib, "ws2_32.lib")

#define MAX_OPTIONS 8

typedef struct _OPTIONS
{
    int    Count;
    PCWSTR Name[MAX_OPTIONS];
    PCWSTR Value[MAX_OPTIONS];
} OPTIONS;

static void PrintResult(PCWSTR What, ULONG Error)
{
    PWSTR message = NULL;

    if (Error == NO_ERROR)
    {
        wprintf(L"%s successfully completed\n", What);
        return;
    }
    FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                       FORMAT_MESSAGE_IGNORE_INSERTS,
                   NULL, Error, MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), (PWSTR)&message, 0,
                   NULL);
    wprintf(L"%s failed, Error: %lu\n%s", What, Error, message ? message : L"\n");
    LocalFree(message);
}

static PCWSTR Option(const OPTIONS *Options, PCWSTR Name)
{
    int i;

    for (i = 0; i < Options->Count; i++)
    {
        if (_wcsicmp(Options->Name[i], Name) == 0)
            return Options->Value[i];
    }
    return NULL;
}

/* ---- URL reservations ---- */

static ULONG ShowUrlAcls(PCWSTR Url)
{
    HTTP_SERVICE_CONFIG_URLACL_QUERY query;
    PHTTP_SERVICE_CONFIG_URLACL_SET  set;
    PBYTE                            buffer = NULL;
    ULONG                            length = 0, needed = 0, result, shown = 0;

    ZeroMemory(&query, sizeof(query));
    query.QueryDesc = Url ? HttpServiceConfigQueryExact : HttpServiceConfigQueryNext;
    query.KeyDesc.pUrlPrefix = (PWSTR)Url;
    for (;;)
    {
        result = HttpQueryServiceConfiguration(NULL, HttpServiceConfigUrlAclInfo, &query,
                                               sizeof(query), buffer, length, &needed, NULL);
        if (result == ERROR_INSUFFICIENT_BUFFER)
        {
            LocalFree(buffer);
            length = needed;
            buffer = (PBYTE)LocalAlloc(LPTR, length);
            if (buffer == NULL)
                return ERROR_NOT_ENOUGH_MEMORY;
            continue;
        }
        if (result != NO_ERROR)
            break;
        set = (PHTTP_SERVICE_CONFIG_URLACL_SET)buffer;
        wprintf(L"    Reserved URL            : %s\n", set->KeyDesc.pUrlPrefix);
        wprintf(L"        SDDL: %s\n\n", set->ParamDesc.pStringSecurityDescriptor);
        shown++;
        if (Url)
            break;
        query.dwToken++;
    }
    LocalFree(buffer);
    if (result == ERROR_NO_MORE_ITEMS)
    {
        wprintf(L"%lu reservations\n", shown);
        result = NO_ERROR;
    }
    return result;
}

static ULONG UrlAcl(PCWSTR Verb, const OPTIONS *Options)
{
    HTTP_SERVICE_CONFIG_URLACL_SET set;
    PCWSTR                         url = Option(Options, L"url");
    PCWSTR                         sddl = Option(Options, L"sddl");

    if (_wcsicmp(Verb, L"show") == 0)
        return ShowUrlAcls(url);
    if (url == NULL)
        return ERROR_INVALID_PARAMETER;
    set.KeyDesc.pUrlPrefix = (PWSTR)url;
    set.ParamDesc.pStringSecurityDescriptor = (PWSTR)(sddl ? sddl : L"D:(A;;GX;;;WD)");
    if (_wcsicmp(Verb, L"add") == 0)
        return HttpSetServiceConfiguration(NULL, HttpServiceConfigUrlAclInfo, &set, sizeof(set),
                                           NULL);
    return HttpDeleteServiceConfiguration(NULL, HttpServiceConfigUrlAclInfo, &set, sizeof(set),
                                          NULL);
}

/* ---- Listen addresses ---- */

static ULONG ParseAddress(PCWSTR Text, PSOCKADDR_STORAGE Address, PINT Length)
{
    *Length = sizeof(*Address);
    if (WSAStringToAddressW((PWSTR)Text, AF_INET, NULL, (PSOCKADDR)Address, Length) == 0)
        return NO_ERROR;
    *Length = sizeof(*Address);
    if (WSAStringToAddressW((PWSTR)Text, AF_INET6, NULL, (PSOCKADDR)Address, Length) == 0)
        return NO_ERROR;
    return WSAGetLastError();
}

static ULONG ShowListenAddresses(void)
{
    PHTTP_SERVICE_CONFIG_IP_LISTEN_QUERY list;
    PBYTE                                buffer = NULL;
    ULONG                                length = 0, result, i;
    WCHAR                                text[64];

    result = HttpQueryServiceConfiguration(NULL, HttpServiceConfigIPListenList, NULL, 0, NULL, 0,
                                           &length, NULL);
    if (result == ERROR_INSUFFICIENT_BUFFER)
    {
        buffer = (PBYTE)LocalAlloc(LPTR, length);
        if (buffer == NULL)
            return ERROR_NOT_ENOUGH_MEMORY;
        result = HttpQueryServiceConfiguration(NULL, HttpServiceConfigIPListenList, NULL, 0,
                                               buffer, length, &length, NULL);
    }
    if (result == NO_ERROR && buffer != NULL)
    {
        list = (PHTTP_SERVICE_CONFIG_IP_LISTEN_QUERY)buffer;
        for (i = 0; i < list->AddrCount; i++)
        {
            DWORD cch = ARRAYSIZE(text);
            if (WSAAddressToStringW((PSOCKADDR)&list->AddrList[i], sizeof(list->AddrList[i]), NULL,
                                    text, &cch) == 0)
                wprintf(L"    %s\n", text);
        }
        wprintf(L"%lu listen addresses\n", list->AddrCount);
    }
    LocalFree(buffer);
    return result;
}

static ULONG IpListen(PCWSTR Verb, const OPTIONS *Options)
{
    HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM param;
    SOCKADDR_STORAGE                    address;
    INT                                 length;
    ULONG                               result;

    if (_wcsicmp(Verb, L"show") == 0)
        return ShowListenAddresses();
    if (Option(Options, L"ipaddress") == NULL)
        return ERROR_INVALID_PARAMETER;
    result = ParseAddress(Option(Options, L"ipaddress"), &address, &length);
    if (result != NO_ERROR)
        return result;
    param.AddrLength = (USHORT)length;
    param.pAddress = (PSOCKADDR)&address;
    if (_wcsicmp(Verb, L"add") == 0)
        return HttpSetServiceConfiguration(NULL, HttpServiceConfigIPListenList, &param,
                                           sizeof(param), NULL);
    return HttpDeleteServiceConfiguration(NULL, HttpServiceConfigIPListenList, &param,
                                          sizeof(param), NULL);
}

/* ---- Time limits ---- */

static ULONG Timeout(PCWSTR Verb, const OPTIONS *Options)
{
    HTTP_SERVICE_CONFIG_TIMEOUT_SET set;
    HTTP_SERVICE_CONFIG_TIMEOUT_KEY key;
    PCWSTR                          type = Option(Options, L"type");
    PCWSTR                          value = Option(Options, L"value");
    ULONG                           length, result;

    if (_wcsicmp(Verb, L"show") == 0)
    {
        for (key = IdleConnectionTimeout; key <= HeaderWaitTimeout;
             key = (HTTP_SERVICE_CONFIG_TIMEOUT_KEY)(key + 1))
        {
            HTTP_SERVICE_CONFIG_TIMEOUT_PARAM seconds = 0;
            result = HttpQueryServiceConfiguration(NULL, HttpServiceConfigTimeout, &key,
                                                   sizeof(key), &seconds, sizeof(seconds), &length,
                                                   NULL);
            if (result != NO_ERROR)
                return result;
            wprintf(L"    %-8s : %hu seconds\n",
                    key == IdleConnectionTimeout ? L"idle" : L"header", seconds);
        }
        return NO_ERROR;
    }
    if (type == NULL || (_wcsicmp(Verb, L"add") == 0 && value == NULL))
        return ERROR_INVALID_PARAMETER;
    set.KeyDesc = _wcsicmp(type, L"idle") == 0 ? IdleConnectionTimeout : HeaderWaitTimeout;
    set.ParamDesc = (HTTP_SERVICE_CONFIG_TIMEOUT_PARAM)(value ? _wtoi(value) : 0);
    if (_wcsicmp(Verb, L"add") == 0)
        return HttpSetServiceConfiguration(NULL, HttpServiceConfigTimeout, &set, sizeof(set),
                                           NULL);
    return HttpDeleteServiceConfiguration(NULL, HttpServiceConfigTimeout, &set, sizeof(set), NULL);
}

/* ---- Certificates ---- */

static ULONG ParseHash(PCWSTR Text, PBYTE Hash, PULONG Length)
{
    ULONG i;

    for (i = 0; Text[2 * i] && Text[2 * i + 1] && i < *Length; i++)
    {
        WCHAR digits[3] = {Text[2 * i], Text[2 * i + 1], 0};
        PWSTR end;
        Hash[i] = (BYTE)wcstoul(digits, &end, 16);
        if (*end)
            return ERROR_INVALID_PARAMETER;
    }
    *Length = i;
    return Text[2 * i] ? ERROR_INVALID_PARAMETER : NO_ERROR;
}

static ULONG ShowSslCert(PSOCKADDR Address)
{
    HTTP_SERVICE_CONFIG_SSL_QUERY query;
    PHTTP_SERVICE_CONFIG_SSL_SET  set;
    BYTE                          buffer[1024];
    WCHAR                         guid[40];
    ULONG                         length, result, i;

    ZeroMemory(&query, sizeof(query));
    query.QueryDesc = HttpServiceConfigQueryExact;
    query.KeyDesc.pIpPort = Address;
    result = HttpQueryServiceConfiguration(NULL, HttpServiceConfigSSLCertInfo, &query,
                                           sizeof(query), buffer, sizeof(buffer), &length, NULL);
    if (result != NO_ERROR)
        return result;
    set = (PHTTP_SERVICE_CONFIG_SSL_SET)buffer;
    wprintf(L"    Certificate Hash : ");
    for (i = 0; i < set->ParamDesc.SslHashLength; i++)
        wprintf(L"%02x", ((PBYTE)set->ParamDesc.pSslHash)[i]);
    StringFromGUID2(&set->ParamDesc.AppId, guid, ARRAYSIZE(guid));
    wprintf(L"\n    Application ID   : %s\n    Store            : %s\n", guid,
            set->ParamDesc.pSslCertStoreName ? set->ParamDesc.pSslCertStoreName : L"(null)");
    return NO_ERROR;
}

static ULONG SslCert(PCWSTR Verb, const OPTIONS *Options)
{
    HTTP_SERVICE_CONFIG_SSL_SET set;
    SOCKADDR_STORAGE            address;
    BYTE                        hash[32];
    ULONG                       hashLength = sizeof(hash), result;
    INT                         length;
    PCWSTR                      store = Option(Options, L"store");

    if (Option(Options, L"ipport") == NULL)
        return ERROR_INVALID_PARAMETER;
    result = ParseAddress(Option(Options, L"ipport"), &address, &length);
    if (result != NO_ERROR)
        return result;
    if (_wcsicmp(Verb, L"show") == 0)
        return ShowSslCert((PSOCKADDR)&address);

    ZeroMemory(&set, sizeof(set));
    set.KeyDesc.pIpPort = (PSOCKADDR)&address;
    if (_wcsicmp(Verb, L"delete") == 0)
        return HttpDeleteServiceConfiguration(NULL, HttpServiceConfigSSLCertInfo, &set,
                                              sizeof(set), NULL);
    if (Option(Options, L"certhash") == NULL || Option(Options, L"appid") == NULL ||
        ParseHash(Option(Options, L"certhash"), hash, &hashLength) != NO_ERROR ||
        FAILED(CLSIDFromString(Option(Options, L"appid"), &set.ParamDesc.AppId)))
        return ERROR_INVALID_PARAMETER;
    set.ParamDesc.pSslHash = hash;
    set.ParamDesc.SslHashLength = hashLength;
    set.ParamDesc.pSslCertStoreName = (PWSTR)(store ? store : L"MY");
    return HttpSetServiceConfiguration(NULL, HttpServiceConfigSSLCertInfo, &set, sizeof(set),
                                       NULL);
}

/* ---- The command line ---- */

static const struct
{
    PCWSTR Name;
    PCWSTR Title;
    ULONG (*Function)(PCWSTR Verb, const OPTIONS *Options);
} Objects[] = {
    {L"urlacl", L"URL reservation", UrlAcl},
    {L"iplisten", L"IP listen list", IpListen},
    {L"timeout", L"Service timeout", Timeout},
    {L"sslcert", L"SSL Certificate", SslCert},
};

static ULONG RunCommand(int argc, PWSTR *argv)
{
    OPTIONS options;
    WCHAR   title[64];
    ULONG   result;
    size_t  i;

    if (argc < 2)
    {
        wprintf(L"The syntax is: add|delete|show urlacl|iplisten|timeout|sslcert name=value ...\n");
        return ERROR_INVALID_PARAMETER;
    }
    options.Count = 0;
    for (i = 2; i < (size_t)argc && options.Count < MAX_OPTIONS; i++)
    {
        PWSTR equals = wcschr(argv[i], L'=');
        if (equals == NULL)
        {
            wprintf(L"%s is not a valid argument for this command.\n", argv[i]);
            return ERROR_INVALID_PARAMETER;
        }
        *equals = L'\0';
        options.Name[options.Count] = argv[i];
        options.Value[options.Count++] = equals + 1;
    }
    for (i = 0; i < ARRAYSIZE(Objects); i++)
    {
        if (_wcsicmp(argv[1], Objects[i].Name) != 0)
            continue;
        StringCchPrintfW(title, ARRAYSIZE(title), L"%s %s", Objects[i].Title, argv[0]);
        result = Objects[i].Function(argv[0], &options);
        PrintResult(title, result);
        return result;
    }
    wprintf(L"The following command was not found: %s %s.\n", argv[0], argv[1]);
    return ERROR_INVALID_FUNCTION;
}

static ULONG RunScript(void)
{
    WCHAR line[512];
    ULONG result = NO_ERROR;

    while (fgetws(line, ARRAYSIZE(line), stdin) != NULL)
    {
        PWSTR *argv;
        int    argc = 0;

        line[wcscspn(line, L"\r\n")] = L'\0';
        if (line[0] == L'\0' || line[0] == L'#')
            continue;
        wprintf(L"http>%s\n", line);
        argv = CommandLineToArgvW(line, &argc);
        if (argv == NULL)
            return GetLastError();
        result = RunCommand(argc, argv);
        LocalFree(argv);
        fflush(stdout);
    }
    return result;
}

int wmain(int argc, wchar_t **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_1;
    WSADATA         data;
    ULONG           result;

    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 1;
    result = HttpInitialize(version, HTTP_INITIALIZE_CONFIG, NULL);
    if (result != NO_ERROR)
    {
        PrintResult(L"HttpInitialize", result);
        WSACleanup();
        return 1;
    }
    result = argc > 1 ? RunCommand(argc - 1, argv + 1) : RunScript();
    HttpTerminate(HTTP_INITIALIZE_CONFIG, NULL);
    WSACleanup();
    return result == NO_ERROR ? 0 : 1;
}
