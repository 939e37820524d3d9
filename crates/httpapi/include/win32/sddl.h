/* Security identifiers and descriptors as text. Pages: Security Descriptor String Format; ACE Strings; SID
 * Strings. Results are freed with LocalFree. Errors: ERROR_INVALID_PARAMETER (87), ERROR_UNKNOWN_REVISION
 * (1305), ERROR_INVALID_ACL (1336), ERROR_INVALID_SID (1337), ERROR_INVALID_SECURITY_DESCR (1338). Any thread.
 * Differences: entries with conditions (XA, XD, ZA) and resource attributes (RA) fail with 1336; accounts of
 * the machine and of a domain (LA, DA ...) are those of S-1-5-21-0-0-0.
 */
#ifndef HTTPSYS_WIN32_SDDL_H
#define HTTPSYS_WIN32_SDDL_H

#include "securitybaseapi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SDDL_REVISION_1 1
#define SDDL_REVISION SDDL_REVISION_1
WINBASEAPI BOOL WINAPI ConvertSidToStringSidA(PSID Sid, LPSTR *StringSid);
WINBASEAPI BOOL WINAPI ConvertSidToStringSidW(PSID Sid, LPWSTR *StringSid);
WINBASEAPI BOOL WINAPI ConvertStringSidToSidA(LPCSTR StringSid, PSID *Sid);
WINBASEAPI BOOL WINAPI ConvertStringSidToSidW(LPCWSTR StringSid, PSID *Sid);
WINBASEAPI BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorA(
    LPCSTR StringSecurityDescriptor, DWORD StringSDRevision,
    PSECURITY_DESCRIPTOR *SecurityDescriptor, PULONG SecurityDescriptorSize);
WINBASEAPI BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorW(
    LPCWSTR StringSecurityDescriptor, DWORD StringSDRevision,
    PSECURITY_DESCRIPTOR *SecurityDescriptor, PULONG SecurityDescriptorSize);
WINBASEAPI BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorA(
    PSECURITY_DESCRIPTOR SecurityDescriptor, DWORD RequestedStringSDRevision,
    SECURITY_INFORMATION SecurityInformation, LPSTR *StringSecurityDescriptor,
    PULONG StringSecurityDescriptorLen);
WINBASEAPI BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorW(
    PSECURITY_DESCRIPTOR SecurityDescriptor, DWORD RequestedStringSDRevision,
    SECURITY_INFORMATION SecurityInformation, LPWSTR *StringSecurityDescriptor,
    PULONG StringSecurityDescriptorLen);
#ifdef UNICODE
#define HTTPSYS_SDDL_T(name) name##W
#else
#define HTTPSYS_SDDL_T(name) name##A
#endif
#define ConvertSidToStringSid HTTPSYS_SDDL_T(ConvertSidToStringSid)
#define ConvertStringSidToSid HTTPSYS_SDDL_T(ConvertStringSidToSid)
#define ConvertStringSecurityDescriptorToSecurityDescriptor                                        \
    HTTPSYS_SDDL_T(ConvertStringSecurityDescriptorToSecurityDescriptor)
#define ConvertSecurityDescriptorToStringSecurityDescriptor                                        \
    HTTPSYS_SDDL_T(ConvertSecurityDescriptorToStringSecurityDescriptor)

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_SDDL_H */
