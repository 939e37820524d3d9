/* Win32 error codes that the HTTP Server API and the functions of windows.h return.
 * Page: System Error Codes.
 */
#ifndef HTTPSYS_WIN32_WINERROR_H
#define HTTPSYS_WIN32_WINERROR_H

#include "windef.h"

#define NO_ERROR                         0
#define ERROR_SUCCESS                    0
#define ERROR_INVALID_FUNCTION           1
#define ERROR_FILE_NOT_FOUND             2
#define ERROR_PATH_NOT_FOUND             3
#define ERROR_TOO_MANY_OPEN_FILES        4
#define ERROR_ACCESS_DENIED              5
#define ERROR_INVALID_HANDLE             6
#define ERROR_NOT_ENOUGH_MEMORY          8
#define ERROR_INVALID_DATA               13
#define ERROR_OUTOFMEMORY                14
#define ERROR_NOT_READY                  21
#define ERROR_BAD_COMMAND                22
#define ERROR_BAD_LENGTH                 24
#define ERROR_WRITE_FAULT                29
#define ERROR_READ_FAULT                 30
#define ERROR_GEN_FAILURE                31
#define ERROR_SHARING_VIOLATION          32
#define ERROR_LOCK_VIOLATION             33
#define ERROR_HANDLE_EOF                 38
#define ERROR_NOT_SUPPORTED              50
#define ERROR_DEV_NOT_EXIST              55
#define ERROR_NETNAME_DELETED            64
#define ERROR_FILE_EXISTS                80
#define ERROR_INVALID_PARAMETER          87
#define ERROR_BROKEN_PIPE                109
#define ERROR_DISK_FULL                  112
#define ERROR_CALL_NOT_IMPLEMENTED       120
#define ERROR_INSUFFICIENT_BUFFER        122
#define ERROR_INVALID_NAME               123
#define ERROR_BAD_ARGUMENTS              160
#define ERROR_BUSY                       170
#define ERROR_ALREADY_EXISTS             183
#define ERROR_FILENAME_EXCED_RANGE       206
#define ERROR_NO_DATA                    232
#define ERROR_MORE_DATA                  234
#define WAIT_TIMEOUT                     258
#define ERROR_NO_MORE_ITEMS              259
#define ERROR_TOO_MANY_POSTS             298
#define ERROR_ARITHMETIC_OVERFLOW        534
#define ERROR_ABANDONED_WAIT_0           735
#define ERROR_OPERATION_ABORTED          995
#define ERROR_IO_INCOMPLETE              996
#define ERROR_IO_PENDING                 997
#define ERROR_NOACCESS                   998
#define ERROR_INVALID_FLAGS              1004
#define ERROR_REGISTRY_CORRUPT           1015
#define ERROR_NO_UNICODE_TRANSLATION     1113
#define ERROR_DLL_INIT_FAILED            1114
#define ERROR_NOT_FOUND                  1168
#define ERROR_CANCELLED                  1223
#define ERROR_CONNECTION_REFUSED         1225
#define ERROR_ADDRESS_ALREADY_ASSOCIATED 1227
#define ERROR_CONNECTION_INVALID         1229
#define ERROR_NETWORK_UNREACHABLE        1231
#define ERROR_HOST_UNREACHABLE           1232
#define ERROR_CONNECTION_ABORTED         1236
#define ERROR_ALREADY_INITIALIZED        1247
#define ERROR_REVISION_MISMATCH          1306
#define ERROR_NO_SUCH_LOGON_SESSION      1312
#define ERROR_INVALID_ID_AUTHORITY       1343
#define ERROR_INTERNAL_ERROR             1359
#define ERROR_NO_SYSTEM_RESOURCES        1450
#define ERROR_TIMEOUT                    1460
#define ERROR_INVALID_STATE              5023

/* Page: Structure of COM Error Codes; HRESULT_FROM_WIN32. */
#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define E_FAIL ((HRESULT)0x80004005)
#define E_OUTOFMEMORY ((HRESULT)0x8007000E)
#define E_INVALIDARG ((HRESULT)0x80070057)
#define SUCCEEDED(result) (((HRESULT)(result)) >= 0)
#define FAILED(result) (((HRESULT)(result)) < 0)
#define FACILITY_WIN32 7
#define HRESULT_CODE(result) ((result)&0xFFFF)
#define HRESULT_FACILITY(result) (((result) >> 16) & 0x1FFF)
#define HRESULT_FROM_WIN32(code)                                                                   \
    ((HRESULT)(code) <= 0 ? (HRESULT)(code)                                                        \
                          : (HRESULT)(((ULONG)(code)&0xFFFF) | (FACILITY_WIN32 << 16) | 0x80000000))

#endif /* HTTPSYS_WIN32_WINERROR_H */
