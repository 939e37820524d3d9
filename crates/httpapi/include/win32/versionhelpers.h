/* Page: Version Helper functions. The version is 10.0, a server, whatever a manifest says. */
#ifndef HTTPSYS_WIN32_VERSIONHELPERS_H
#define HTTPSYS_WIN32_VERSIONHELPERS_H

#include "sysinfoapi.h"

#ifndef VERSIONHELPERAPI
#define VERSIONHELPERAPI FORCEINLINE BOOL
#endif

VERSIONHELPERAPI IsWindowsVersionOrGreater(WORD major, WORD minor, WORD service_pack)
{
    OSVERSIONINFOEXW wanted;
    DWORDLONG mask = 0;

    RtlZeroMemory(&wanted, sizeof(wanted));
    wanted.dwOSVersionInfoSize = sizeof(wanted);
    wanted.dwMajorVersion = major;
    wanted.dwMinorVersion = minor;
    wanted.wServicePackMajor = service_pack;
    mask = VerSetConditionMask(mask, VER_MAJORVERSION, VER_GREATER_EQUAL);
    mask = VerSetConditionMask(mask, VER_MINORVERSION, VER_GREATER_EQUAL);
    mask = VerSetConditionMask(mask, VER_SERVICEPACKMAJOR, VER_GREATER_EQUAL);
    return VerifyVersionInfoW(&wanted, VER_MAJORVERSION | VER_MINORVERSION | VER_SERVICEPACKMAJOR,
                              mask);
}

VERSIONHELPERAPI IsWindowsXPOrGreater(void)
{
    return IsWindowsVersionOrGreater(5, 1, 0);
}
VERSIONHELPERAPI IsWindowsVistaOrGreater(void)
{
    return IsWindowsVersionOrGreater(6, 0, 0);
}
VERSIONHELPERAPI IsWindowsVistaSP1OrGreater(void)
{
    return IsWindowsVersionOrGreater(6, 0, 1);
}
VERSIONHELPERAPI IsWindowsVistaSP2OrGreater(void)
{
    return IsWindowsVersionOrGreater(6, 0, 2);
}
VERSIONHELPERAPI IsWindows7OrGreater(void)
{
    return IsWindowsVersionOrGreater(6, 1, 0);
}
VERSIONHELPERAPI IsWindows7SP1OrGreater(void)
{
    return IsWindowsVersionOrGreater(6, 1, 1);
}
VERSIONHELPERAPI IsWindows8OrGreater(void)
{
    return IsWindowsVersionOrGreater(6, 2, 0);
}
VERSIONHELPERAPI IsWindows8Point1OrGreater(void)
{
    return IsWindowsVersionOrGreater(6, 3, 0);
}
VERSIONHELPERAPI IsWindowsThresholdOrGreater(void)
{
    return IsWindowsVersionOrGreater(10, 0, 0);
}
VERSIONHELPERAPI IsWindows10OrGreater(void)
{
    return IsWindowsVersionOrGreater(10, 0, 0);
}
VERSIONHELPERAPI IsWindowsServer(void)
{
    OSVERSIONINFOEXW wanted;

    RtlZeroMemory(&wanted, sizeof(wanted));
    wanted.dwOSVersionInfoSize = sizeof(wanted);
    wanted.wProductType = VER_NT_WORKSTATION;
    return !VerifyVersionInfoW(&wanted, VER_PRODUCT_TYPE,
                               VerSetConditionMask(0, VER_PRODUCT_TYPE, VER_EQUAL));
}

#endif /* HTTPSYS_WIN32_VERSIONHELPERS_H */
