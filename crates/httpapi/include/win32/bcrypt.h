/* Random numbers. There is no other algorithm. Any thread.
 */
#ifndef HTTPSYS_WIN32_BCRYPT_H
#define HTTPSYS_WIN32_BCRYPT_H

#include "windef.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef PVOID BCRYPT_HANDLE;
typedef PVOID BCRYPT_ALG_HANDLE;
#define BCRYPT_RNG_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x00000081)
#define BCRYPT_RNG_ALGORITHM HTTPSYS_WIDE("RNG")
#define BCRYPT_RNG_USE_ENTROPY_IN_BUFFER 0x00000001
#define BCRYPT_USE_SYSTEM_PREFERRED_RNG 0x00000002
#ifndef BCRYPT_SUCCESS
#define BCRYPT_SUCCESS(status) (((NTSTATUS)(status)) >= 0)
#endif
/* Pages: BCryptGenRandom (0, STATUS_INVALID_HANDLE 0xC0000008, STATUS_INVALID_PARAMETER 0xC000000D);
 * BCryptOpenAlgorithmProvider (STATUS_NOT_FOUND 0xC0000225 for anything but BCRYPT_RNG_ALGORITHM). */
NTSTATUS WINAPI BCryptGenRandom(BCRYPT_ALG_HANDLE hAlgorithm, PUCHAR pbBuffer, ULONG cbBuffer,
                                ULONG dwFlags);
NTSTATUS WINAPI BCryptOpenAlgorithmProvider(BCRYPT_ALG_HANDLE *phAlgorithm, LPCWSTR pszAlgId,
                                            LPCWSTR pszImplementation, ULONG dwFlags);
NTSTATUS WINAPI BCryptCloseAlgorithmProvider(BCRYPT_ALG_HANDLE hAlgorithm, ULONG dwFlags);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_BCRYPT_H */
