/* The registry of a JSON file: run with HTTPSYS_REGISTRY, and told what to expect: "good" or "bad". Ours only. */
#include "check.h"
#include <string.h>

int main(int count, char **arguments)
{
    HKEY key = NULL;
    DWORD port = 0, size = sizeof(port), type = 0;
    char text[64];

    if (count == 2 && strcmp(arguments[1], "bad") == 0) {
        CHECK(RegOpenKeyExA(HKEY_LOCAL_MACHINE, "Software", 0, KEY_READ, &key) == ERROR_BADDB);
        CHECK(RegOpenKeyExA(HKEY_CURRENT_USER, NULL, 0, KEY_READ, &key) == ERROR_BADDB);
        return FINISH();
    }
    CHECK(RegOpenKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE\\contoso\\Server", 0, KEY_READ, &key) == 0);
    CHECK(RegQueryValueExA(key, "port", NULL, &type, (BYTE *)&port, &size) == 0);
    CHECK(type == REG_DWORD && port == 8080);
    size = sizeof(text);
    CHECK(RegGetValueA(HKEY_LOCAL_MACHINE, "Software\\Contoso\\Server", "Url", RRF_RT_REG_SZ, NULL, text,
                       &size) == 0);
    CHECK(strcmp(text, "http://+:80/") == 0);
    CHECK(RegCloseKey(key) == 0);
    /* What the file says of HKCR is where HKEY_CLASSES_ROOT shows it. */
    CHECK(RegOpenKeyExA(HKEY_CLASSES_ROOT, ".json", 0, KEY_READ, &key) == 0);
    CHECK(RegCloseKey(key) == 0);
    CHECK(RegOpenKeyExA(HKEY_LOCAL_MACHINE, "Software\\Classes\\.json", 0, KEY_READ, &key) == 0);
    CHECK(RegCloseKey(key) == 0);
    return FINISH();
}
