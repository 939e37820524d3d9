/* UUIDs as RPC has them; there is no RPC beside. RPC_STATUS is a Win32 code: RPC_S_OK (0),
 * RPC_S_OUT_OF_MEMORY (14), RPC_S_INVALID_STRING_UUID (1705). Any thread.
 */
#ifndef HTTPSYS_WIN32_RPCDCE_H
#define HTTPSYS_WIN32_RPCDCE_H

#include "guiddef.h"
#include "winerror.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RPC_ENTRY
#ifndef RPC_S_OK
#define RPC_S_OK 0
#define RPC_S_OUT_OF_MEMORY 14
#define RPC_S_INVALID_ARG 87
#endif
#ifndef RPC_S_INVALID_STRING_UUID
#define RPC_S_INVALID_STRING_UUID 1705
#define RPC_S_UUID_NO_ADDRESS 1739
#define RPC_S_UUID_LOCAL_ONLY 1824
#endif
typedef LONG RPC_STATUS;
typedef unsigned char *RPC_CSTR;
typedef unsigned short *RPC_WSTR;
/* Pages: UuidCreate (random, version 4); UuidCreateNil; UuidToStringW (small letters, without braces; free
 * it with RpcStringFreeW); UuidFromStringW (NULL is the UUID of zeros); UuidCompare; UuidEqual; UuidIsNil. */
RPC_STATUS RPC_ENTRY UuidCreate(UUID *Uuid);
RPC_STATUS RPC_ENTRY UuidCreateNil(UUID *NilUuid);
RPC_STATUS RPC_ENTRY UuidToStringA(const UUID *Uuid, RPC_CSTR *StringUuid);
RPC_STATUS RPC_ENTRY UuidToStringW(const UUID *Uuid, RPC_WSTR *StringUuid);
RPC_STATUS RPC_ENTRY UuidFromStringA(RPC_CSTR StringUuid, UUID *Uuid);
RPC_STATUS RPC_ENTRY UuidFromStringW(RPC_WSTR StringUuid, UUID *Uuid);
RPC_STATUS RPC_ENTRY RpcStringFreeA(RPC_CSTR *String);
RPC_STATUS RPC_ENTRY RpcStringFreeW(RPC_WSTR *String);
int RPC_ENTRY UuidCompare(UUID *Uuid1, UUID *Uuid2, RPC_STATUS *Status);
int RPC_ENTRY UuidEqual(UUID *Uuid1, UUID *Uuid2, RPC_STATUS *Status);
int RPC_ENTRY UuidIsNil(UUID *Uuid, RPC_STATUS *Status);
#ifdef UNICODE
#define UuidToString UuidToStringW
#define UuidFromString UuidFromStringW
#define RpcStringFree RpcStringFreeW
#else
#define UuidToString UuidToStringA
#define UuidFromString UuidFromStringA
#define RpcStringFree RpcStringFreeA
#endif

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_RPCDCE_H */
