/* Declarations that servers use around http.h, beyond what the library has: compiled only. */
#include <windows.h>

#include <http.h>

#include <bcrypt.h>
#include <stdio.h>
#include <wincrypt.h>
#include <winsvc.h>

static SERVICE_STATUS_HANDLE status_handle;

static VOID WINAPI control(DWORD code)
{
    SERVICE_STATUS status;

    ZeroMemory(&status, sizeof(status));
    status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    status.dwCurrentState = code == SERVICE_CONTROL_STOP ? SERVICE_STOPPED : SERVICE_RUNNING;
    SetServiceStatus(status_handle, &status);
}

VOID WINAPI service_main(DWORD count, LPWSTR *arguments)
{
    UNREFERENCED_PARAMETER(count);
    status_handle = RegisterServiceCtrlHandlerW(arguments[0], control);
}

DWORD hash(PUCHAR bytes, ULONG length, UCHAR digest[32])
{
    BCRYPT_ALG_HANDLE algorithm = NULL;
    NTSTATUS status = BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_SHA256_ALGORITHM, NULL, 0);

    if (!BCRYPT_SUCCESS(status)) {
        return (DWORD)status;
    }
    status = BCryptHash(algorithm, NULL, 0, bytes, length, digest, 32);
    BCryptCloseAlgorithmProvider(algorithm, 0);
    return (DWORD)status;
}

BOOL base64(const BYTE *bytes, DWORD count, LPWSTR text, DWORD *length)
{
    return CryptBinaryToStringW(bytes, count, CRYPT_STRING_BASE64 | CRYPT_STRING_NOCRLF, text, length);
}

BOOL certificate(PCCERT_CONTEXT context, HTTP_SSL_INFO *info)
{
    return context != NULL && info != NULL && info->pClientCertInfo != NULL &&
           context->cbCertEncoded == info->pClientCertInfo->CertEncodedSize;
}
