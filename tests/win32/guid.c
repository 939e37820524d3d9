/* GUIDs, the initialization of COM, random numbers. */
#define _CRT_RAND_S
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include <bcrypt.h>
#include <initguid.h>
#include <objbase.h>
#include <rpc.h>
#include <wincrypt.h>

#include <ntsecapi.h>

DEFINE_GUID(known, 0x01234567, 0x89AB, 0xCDEF, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF);
static const char text_of_known[] = "01234567-89ab-cdef-0123-456789abcdef";
static const char braced_of_known[] = "{01234567-89AB-CDEF-0123-456789ABCDEF}";

#ifdef __cplusplus
#define REFERENCE(guid) guid
#else
#define REFERENCE(guid) &guid
#endif

static void widen(WCHAR *to, const char *from)
{
    while ((*to++ = (unsigned char)*from++) != 0) {
    }
}

static void guids(void)
{
    GUID made, other;
    WCHAR wide[64], braced[64];
    LPOLESTR allocated = NULL;
    RPC_CSTR text = NULL;
    RPC_STATUS status;

    CHECK(CoCreateGuid(&made) == S_OK && UuidCreate(&other) == RPC_S_OK);
    CHECK(!IsEqualGUID(REFERENCE(made), REFERENCE(other)) && made.Data3 >> 12 == 4);
    CHECK((made.Data4[0] & 0xC0) == 0x80);
    CHECK(StringFromGUID2(REFERENCE(known), wide, 64) == 39);
    widen(braced, braced_of_known);
    CHECK(!memcmp(wide, braced, 39 * sizeof(WCHAR)));
    CHECK(StringFromGUID2(REFERENCE(known), wide, 38) == 0);
    CHECK(CLSIDFromString(braced, &other) == S_OK);
    CHECK(IsEqualGUID(REFERENCE(known), REFERENCE(other)));
    CHECK(IIDFromString(braced, &other) == S_OK);
    braced[1] = 'x';
    CHECK(CLSIDFromString(braced, &other) == CO_E_CLASSSTRING);
    CHECK(StringFromCLSID(REFERENCE(known), &allocated) == S_OK && allocated[0] == '{');
    CoTaskMemFree(allocated);
    CHECK(UuidToStringA((UUID *)&known, &text) == RPC_S_OK);
    CHECK(text && !strcmp((char *)text, text_of_known));
    CHECK(UuidFromStringA(text, &other) == RPC_S_OK);
    CHECK(UuidEqual((UUID *)&known, &other, &status) && status == RPC_S_OK);
    text[3] = 'x';
    CHECK(UuidFromStringA(text, &other) == RPC_S_INVALID_STRING_UUID);
    CHECK(RpcStringFreeA(&text) == RPC_S_OK);
    CHECK(UuidCreateNil(&other) == RPC_S_OK && UuidIsNil(&other, &status));
    CHECK(UuidCompare(&other, (UUID *)&known, &status) == -1);
}

static DWORD WINAPI single_threaded(LPVOID unused)
{
    (void)unused;
    CHECK(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED) == S_OK);
    CHECK(CoInitialize(NULL) == S_FALSE);
    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == RPC_E_CHANGED_MODE);
    CoUninitialize();
    CoUninitialize();
    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    CoUninitialize();
    return 0;
}

static void com(void)
{
    HANDLE thread = CreateThread(NULL, 0, single_threaded, NULL, 0, NULL);
    CHECK(thread && WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CloseHandle(thread);
}

static int is_random(const UCHAR *bytes)
{
    int n, ones = 0;
    for (n = 0; n < 64 * 8; n++) {
        ones += bytes[n / 8] >> n % 8 & 1;
    }
    return ones > 150 && ones < 362; /* nine deviations */
}

static void random_numbers(void)
{
    UCHAR bytes[64] = "";
    HCRYPTPROV provider = 0;
    BCRYPT_ALG_HANDLE algorithm = NULL;
    unsigned first = 0, second = 0;

    CHECK(BCryptGenRandom(NULL, bytes, 64, BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0);
    CHECK(is_random(bytes));
    CHECK(BCryptGenRandom(NULL, bytes, 64, 0) == (NTSTATUS)0xC0000008);
    CHECK(BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_RNG_ALGORITHM, NULL, 0) == 0);
    memset(bytes, 0, sizeof bytes);
    CHECK(BCryptGenRandom(algorithm, bytes, 64, 0) == 0 && is_random(bytes));
    CHECK(BCryptCloseAlgorithmProvider(algorithm, 0) == 0);
    memset(bytes, 0, sizeof bytes);
    CHECK(RtlGenRandom(bytes, 64) && is_random(bytes));
    CHECK(CryptAcquireContextA(&provider, NULL, NULL, PROV_RSA_FULL, CRYPT_VERIFYCONTEXT));
    memset(bytes, 0, sizeof bytes);
    CHECK(CryptGenRandom(provider, 64, bytes) && is_random(bytes));
    CHECK(CryptReleaseContext(provider, 0));
    FAILS(ERROR_INVALID_PARAMETER, CryptGenRandom(0, 64, bytes));
    CHECK(rand_s(&first) == 0 && rand_s(&second) == 0 && (first != second || first != 0));
}

int main(void)
{
    guids();
    com();
    random_numbers();
    return FINISH();
}
