/* Win32 error codes (all of them, in winerror_codes.h) and HRESULTs. */
#ifndef HTTPSYS_WIN32_WINERROR_H
#define HTTPSYS_WIN32_WINERROR_H

#include "windef.h"
#include "winerror_codes.h"

#define WAIT_TIMEOUT                     258

/* Page: Structure of COM Error Codes; HRESULT_FROM_WIN32. */
#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define E_NOTIMPL ((HRESULT)0x80004001)
#define E_NOINTERFACE ((HRESULT)0x80004002)
#define E_POINTER ((HRESULT)0x80004003)
#define E_ABORT ((HRESULT)0x80004004)
#define E_FAIL ((HRESULT)0x80004005)
#define E_UNEXPECTED ((HRESULT)0x8000FFFF)
#define E_ACCESSDENIED ((HRESULT)0x80070005)
#define E_HANDLE ((HRESULT)0x80070006)
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
