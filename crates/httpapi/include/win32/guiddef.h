/* GUIDs: DEFINE_GUID, IsEqualGUID and the types that name them. GUID itself is in windef.h.
 * Pages: DEFINE_GUID (a declaration, or a definition after initguid.h); IsEqualGUID; IsEqualIID.
 */
#ifndef HTTPSYS_WIN32_GUIDDEF_H
#define HTTPSYS_WIN32_GUIDDEF_H

#include <string.h>

#include "windef.h"

typedef GUID IID, *LPIID, CLSID, *LPCLSID, FMTID, *LPFMTID;
typedef GUID UUID;
#ifdef __cplusplus
#define REFGUID const GUID &
#define REFIID const IID &
#define REFCLSID const CLSID &
#define REFFMTID const FMTID &
#define IsEqualGUID(left, right) (!memcmp(&(left), &(right), sizeof(GUID)))
inline bool operator==(const GUID &left, const GUID &right)
{
    return IsEqualGUID(left, right);
}
inline bool operator!=(const GUID &left, const GUID &right)
{
    return !IsEqualGUID(left, right);
}
#else
#define REFGUID const GUID *
#define REFIID const IID *
#define REFCLSID const CLSID *
#define REFFMTID const FMTID *
#define IsEqualGUID(left, right) (!memcmp((left), (right), sizeof(GUID)))
#endif
#define IsEqualIID(left, right) IsEqualGUID(left, right)
#define IsEqualCLSID(left, right) IsEqualGUID(left, right)

#endif /* HTTPSYS_WIN32_GUIDDEF_H */

/* Again each time: initguid.h changes what DEFINE_GUID means. */
#undef DEFINE_GUID
#ifdef INITGUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                               \
    EXTERN_C const GUID __attribute__((weak)) name;                                                \
    const GUID name = { l, w1, w2, { b1, b2, b3, b4, b5, b6, b7, b8 } }
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) EXTERN_C const GUID name
#endif
